/**
 * What a flight past one known source looks like, in numbers that two generators can be compared by: width, wander,
 * strength and roughness of each pass, and the air and instrument away from the plume.
 */
export interface FlightColumns {
  /** Local metres, source at the origin of nothing in particular. */
  readonly x_m: ArrayLike<number>;
  readonly y_m: ArrayLike<number>;
  readonly leg: ArrayLike<number>;
  readonly moleFraction_ppm: ArrayLike<number>;
  readonly windEast_mps: ArrayLike<number>;
  readonly windNorth_mps: ArrayLike<number>;
  readonly noise_ppm: number;
  readonly sigmaV_mps: number;
  readonly source: { readonly x_m: number; readonly y_m: number; readonly rate_kgph: number };
}

/** A leg that crosses the plume and stands at least twelve noises above the background. */
export interface Pass {
  readonly distance_m: number;
  readonly travel_s: number;
  /** Second-moment width over sigma_v T. */
  readonly relativeWidth: number;
  /** Offset of the centroid from the leg's own mean wind over sigma_v T. */
  readonly relativeOffset: number;
  /** Peak enhancement times wind over rate [ppm m s-1 kg-1 h]. */
  readonly peakUoverQ: number;
  /** Crosswind integral times wind over rate. */
  readonly integralUoverQ: number;
  /** Root mean square of ln(sample / fitted Gaussian) where the Gaussian is above half its peak. */
  readonly lnRoughness: number;
}

/** A leg wholly upwind of the source. */
export interface CleanLeg {
  /** Change of the straight-line background over the leg [ppm]. */
  readonly drift_ppm: number;
  /** Standard deviation about the line over the instrument's noise, and its lag-one correlation. */
  readonly residualOverNoise: number;
  readonly lagOne: number;
  readonly level_ppm: number;
}

export interface FlightStatistics {
  readonly passes: readonly Pass[];
  readonly clean: readonly CleanLeg[];
  /** Per leg: detrended crosswind velocity's standard deviation over sigma_v, and lag-one correlation. */
  readonly crosswind: readonly { readonly sdOverSigmaV: number; readonly lagOne: number }[];
}

const DETECTABLE_NOISES = 12;

export function flightStatistics(flight: FlightColumns): FlightStatistics {
  const passes: Pass[] = [];
  const clean: CleanLeg[] = [];
  const crosswind: { sdOverSigmaV: number; lagOne: number }[] = [];
  for (const rows of legsOf(flight.leg)) {
    const leg = inWindFrame(flight, rows);
    const across = detrended(leg.crosswindVelocity);
    crosswind.push({ sdOverSigmaV: sd(across.residual) / flight.sigmaV_mps, lagOne: lagOne(across.residual) });
    if (Math.max(...leg.along) < -20) {
      const fit = detrended(leg.ppm);
      clean.push({
        drift_ppm: fit.slope * leg.ppm.length,
        residualOverNoise: sd(fit.residual) / flight.noise_ppm,
        lagOne: lagOne(fit.residual),
        level_ppm: mean(leg.ppm),
      });
      continue;
    }
    const pass = measurePass(flight, leg);
    if (pass !== undefined) passes.push(pass);
  }
  return { passes, clean, crosswind };
}

interface WindFrameLeg {
  readonly along: number[];
  readonly across: number[];
  readonly ppm: number[];
  readonly crosswindVelocity: number[];
  readonly wind: number;
}

function inWindFrame(flight: FlightColumns, rows: readonly number[]): WindFrameLeg {
  const east = mean(rows.map((i) => flight.windEast_mps[i]));
  const north = mean(rows.map((i) => flight.windNorth_mps[i]));
  const wind = Math.hypot(east, north);
  const [e, n] = [east / wind, north / wind];
  const rotate = (x: number, y: number) => ({ along: x * e + y * n, across: y * e - x * n });
  const points = rows.map((i) => rotate(flight.x_m[i] - flight.source.x_m, flight.y_m[i] - flight.source.y_m));
  return {
    along: points.map(({ along }) => along),
    across: points.map(({ across }) => across),
    ppm: rows.map((i) => flight.moleFraction_ppm[i]),
    crosswindVelocity: rows.map((i) => rotate(flight.windEast_mps[i], flight.windNorth_mps[i]).across),
    wind,
  };
}

function measurePass(flight: FlightColumns, leg: WindFrameLeg): Pass | undefined {
  const distance_m = crossingDistance(leg);
  if (distance_m === undefined || distance_m < 20) return undefined;
  const scale = (flight.sigmaV_mps * distance_m) / leg.wind;
  const inside = leg.across.map((e) => Math.abs(e) < 3.5 * scale + 20);
  const outside = leg.ppm.map((_, i) => i).filter((i) => !inside[i]);
  if (outside.length < 15 || inside.filter(Boolean).length < 6) return undefined;
  const line = fitLine(
    outside,
    outside.map((i) => leg.ppm[i]),
  );
  const excess = leg.ppm.map((value, i) => (inside[i] ? value - line.level - line.slope * i : 0));
  const peak = Math.max(...excess);
  if (peak < DETECTABLE_NOISES * flight.noise_ppm) return undefined;
  const weight = excess.map((value) => (value > 2.5 * flight.noise_ppm ? value : 0));
  const total = sum(weight);
  const centre = sum(weight.map((w, i) => w * leg.across[i])) / total;
  const width = Math.sqrt(sum(weight.map((w, i) => w * (leg.across[i] - centre) ** 2)) / total);
  const step = Math.abs(leg.across[leg.across.length - 1] - leg.across[0]) / (leg.across.length - 1);
  return {
    distance_m,
    travel_s: distance_m / leg.wind,
    relativeWidth: width / scale,
    relativeOffset: centre / scale,
    peakUoverQ: (peak * leg.wind) / flight.source.rate_kgph,
    integralUoverQ: (sum(excess) * step * leg.wind) / flight.source.rate_kgph,
    lnRoughness: roughness(excess, leg.across, { centre, width, area: total * step }),
  };
}

/** Along-wind distance at which a leg crosses the line downwind of the source, if it does. */
function crossingDistance(leg: WindFrameLeg): number | undefined {
  for (let i = 1; i < leg.across.length; i++) {
    const [a, b] = [leg.across[i - 1], leg.across[i]];
    if (a === b || a * b > 0) continue;
    return leg.along[i - 1] + ((leg.along[i] - leg.along[i - 1]) * a) / (a - b);
  }
  return undefined;
}

function roughness(excess: number[], across: number[], bell: { centre: number; width: number; area: number }): number {
  const logs: number[] = [];
  excess.forEach((value, i) => {
    const z = (across[i] - bell.centre) / bell.width;
    if (Math.abs(z) < 1.18 && value > 0) {
      logs.push(Math.log(value / ((bell.area / (Math.sqrt(2 * Math.PI) * bell.width)) * Math.exp((-z * z) / 2))));
    }
  });
  return logs.length < 3 ? Number.NaN : Math.sqrt(mean(logs.map((value) => value * value)));
}

function legsOf(leg: ArrayLike<number>): number[][] {
  const legs: number[][] = [];
  for (let i = 0; i < leg.length; i++) {
    if (i === 0 || leg[i] !== leg[i - 1]) legs.push([]);
    legs[legs.length - 1].push(i);
  }
  return legs.filter((rows) => rows.length >= 20);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;
const sd = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => value * value)) - mean(values) ** 2);

function lagOne(values: readonly number[]): number {
  return sum(values.slice(1).map((value, i) => value * values[i])) / sum(values.map((value) => value * value));
}

function fitLine(at: readonly number[], values: readonly number[]): { level: number; slope: number } {
  const [t, y] = [mean(at), mean(values)];
  const slope = sum(at.map((x, i) => (x - t) * (values[i] - y))) / sum(at.map((x) => (x - t) ** 2));
  return { level: y - slope * t, slope };
}

function detrended(values: readonly number[]): { residual: number[]; slope: number } {
  const line = fitLine([...values.keys()], values);
  return { residual: values.map((value, i) => value - line.level - line.slope * i), slope: line.slope };
}
