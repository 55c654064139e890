/**
 * Flights for the inversion's tests. The generator draws from the inversion's own model (a crossing has its own shift,
 * amplitude and width about the wind history), so calibration of the arithmetic can be asked of it; what real air does
 * is asked elsewhere, of puffs and measurements.
 */
import { type Area, type FlightConditions, type FlightSamples, splitPasses } from '../../src/index.ts';
import { crossingsFor, crossPass } from '../../src/inversion/crossing.ts';
import { DEFAULT_SETTINGS } from '../../src/inversion/settings.ts';
import { sharedNodes } from '../../src/inversion/shared-nodes.ts';
import { transportOf, verticalFactor } from '../../src/inversion/transport.ts';

export interface Source {
  readonly x_m: number;
  readonly y_m: number;
  readonly rate_kgph: number;
}

export const AREA: Area = { west_m: -300, south_m: -300, east_m: 300, north_m: 300 };

export const CONDITIONS: FlightConditions = {
  noise_ppm: 0.01,
  roughness_m: 0.05,
  sigmaV_mps: 0.75,
  sigmaW_mps: 0.4,
  mixingHeight_m: Number.POSITIVE_INFINITY,
  sourceHeight_m: 1.5,
  ppmPerKgM3: 1.47e6,
  singleWind: false,
};

const LEGS = 9;
const LEG_SAMPLES = 68;
const SPACING_M = 8;
const WIND = { east_mps: 3, north_mps: 3 };

/** Reproducible numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): { uniform(): number; normal(): number } {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal };
}

/** A mower's track across a steady wind with sensor noise; background drifts; plumes by the inversion's own model. */
export function flightOver(
  sources: readonly Source[],
  seed: number,
): FlightSamples & { truth: { background_ppm: Float64Array } } {
  const random = randomFrom(seed);
  const count = LEGS * LEG_SAMPLES;
  const column = () => new Float64Array(count);
  const samples = {
    count,
    time_s: column(),
    x_m: column(),
    y_m: column(),
    z_m: column(),
    value_ppm: column(),
    windEast_mps: column(),
    windNorth_mps: column(),
    leg: new Int32Array(count),
    truth: { background_ppm: column() },
  };
  const along = Math.SQRT1_2;
  for (let i = 0; i < count; i++) {
    const leg = Math.floor(i / LEG_SAMPLES);
    const step = (i % LEG_SAMPLES) - LEG_SAMPLES / 2;
    const d = (leg - (LEGS - 1) / 2) * 65;
    const e = (leg % 2 === 0 ? step : -step) * SPACING_M;
    samples.time_s[i] = i;
    samples.x_m[i] = (d - e) * along;
    samples.y_m[i] = (d + e) * along;
    samples.z_m[i] = 14 + 0.3 * random.normal();
    samples.leg[i] = leg;
    samples.windEast_mps[i] = WIND.east_mps + 0.3 * random.normal();
    samples.windNorth_mps[i] = WIND.north_mps + 0.3 * random.normal();
  }
  let drift = 2;
  for (let i = 0; i < count; i++) {
    drift += 0.0002 * random.normal();
    samples.truth.background_ppm[i] = drift;
    samples.value_ppm[i] = drift + CONDITIONS.noise_ppm * random.normal();
  }
  for (const source of sources) addPlume(samples, source, random);
  return samples;
}

/** One draw of everything the model integrates: crossings with their own shift, width, height and strength. */
function addPlume(samples: FlightSamples, source: Source, random: { uniform(): number; normal(): number }): void {
  const settings = DEFAULT_SETTINGS;
  const passes = splitPasses(samples);
  const transport = transportOf(samples, passes, CONDITIONS, settings, 1000);
  const nodes = sharedNodes(settings, CONDITIONS, transport, { least_kgph: 1, most_kgph: 2 });
  const beta = (settings.windBiasSd_mps / transport.meanSpeed_mps) * random.normal();
  const meander = nodes.meander[Math.floor(random.uniform() * nodes.meander.length)];
  const lateral = Math.exp(settings.lateralSd * random.normal());
  const vertical = random.normal();
  const crossings = crossingsFor(1);
  for (let j = 0; j < passes.count; j++) {
    const shift = Float64Array.of(beta + meander * random.normal());
    const amplitude = gammaDraw(settings.amplitudeSpread, random);
    const jitter = Math.exp(settings.widthJitter * random.normal());
    const rise = vertical + settings.verticalJitter * random.normal();
    if (random.uniform() < settings.miss) continue;
    if (!crossPass(samples, transport, j, source.x_m, source.y_m, shift, 60, crossings)) continue;
    const lnSigmaZ = rise * crossings.lnSigmaZSd[0];
    const factor = verticalFactor(
      crossings.height_m[0],
      CONDITIONS.sourceHeight_m,
      Math.exp(crossings.lnSigmaZ[0] + lnSigmaZ),
    );
    const peak = (source.rate_kgph * amplitude * Math.exp(crossings.lnStrength[0] - lnSigmaZ) * factor) / lateral;
    const width = crossings.width_s[0] * lateral * jitter;
    if (!(width > 0)) continue;
    // Where a pass runs along the plume it stays this far off its centre line.
    const clear = Math.exp(-0.5 * (crossings.clear_rad[0] / (crossings.alpha_rad[0] * lateral)) ** 2);
    let xi = random.normal();
    for (let i = passes.start[j]; i < passes.start[j + 1]; i++) {
      const s = peak * clear * Math.exp(-0.5 * ((samples.time_s[i] - crossings.tau_s[0]) / width) ** 2);
      samples.value_ppm[i] += s * (1 + settings.fluctuation * xi);
      const rho = Math.exp(-1 / settings.fluctuationTime_s);
      xi = rho * xi + Math.sqrt(1 - rho * rho) * random.normal();
    }
  }
}

/** Gamma of mean 1 and standard deviation c by Marsaglia & Tsang 2000. */
function gammaDraw(c: number, random: { uniform(): number; normal(): number }): number {
  const shape = 1 / (c * c);
  const d = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(random.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return (d * v) / shape;
  }
}

/** The same flight elsewhere, at another time, or turned about the origin. */
export function moved<T extends FlightSamples>(
  samples: T,
  by: { dx?: number; dy?: number; dt?: number; quarterTurns?: number },
): T {
  const { dx = 0, dy = 0, dt = 0, quarterTurns = 0 } = by;
  const turn = (east: Float64Array, north: Float64Array): [Float64Array, Float64Array] =>
    quarterTurns === 1 ? [north.map((value) => -value), east] : [east, north];
  const [x, y] = turn(samples.x_m, samples.y_m);
  const [windEast_mps, windNorth_mps] = turn(samples.windEast_mps, samples.windNorth_mps);
  return {
    ...samples,
    time_s: samples.time_s.map((t) => t + dt),
    x_m: x.map((value) => value + dx),
    y_m: y.map((value) => value + dy),
    windEast_mps,
    windNorth_mps,
  };
}
