/** Short records drawn from what short-record.ts assumes, by a covariance written out a second time, element by element. */
import { airFrom } from '../src/dispersion/index.ts';
import type { FixedInstrument, FixedPosterior, FixedProblem, SearchArea } from '../src/fixed/index.ts';
import { stepTables, viewsFrom } from '../src/fixed/response.ts';
import type { FixedSettings } from '../src/fixed/settings.ts';
import { emptyShapes, fillShapes, type PlumeShapes } from '../src/fixed/shape.ts';
import type { FieldError } from '../src/fixed/short-record.ts';
import { uniformFrom } from './fixed-generator.ts';

export const SHORT_AREA: SearchArea = { west_m: -150, south_m: -150, east_m: 150, north_m: 150 };

export interface DrawnShort {
  readonly problem: FixedProblem;
  readonly x_m: number;
  readonly y_m: number;
  readonly rate_kgph: number;
  /** Where its plume seems to begin. */
  readonly origin: { readonly x_m: number; readonly y_m: number };
}

/** Points on three quarter circles downwind of the middle; the source within 50 m of it, its rate 2 to 200 kg/h. */
export function drawShort(seed: number, settings: FixedSettings, perArc = 13): DrawnShort {
  const uniform = uniformFrom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const instruments = [60, 100, 140].flatMap((radius) =>
    Array.from({ length: perArc }, (_, i) => pointAt(radius, ((i / (perArc - 1) - 0.5) * Math.PI) / 2)),
  );
  const air = airFrom({
    from_rad: (270 * Math.PI) / 180,
    speed_mps: 3 + 3 * uniform(),
    speedHeight_m: 3,
    roughness_m: 0.03,
    obukhovLength_m: uniform() < 0.5 ? -30 : 80,
  });
  const rows = instruments.length;
  const value_ppm = new Float64Array(rows);
  const problem: FixedProblem = {
    instruments,
    steps: [{ time_s: 0, air, ppmPerDensity: 1.5e6, from: 0, to: rows }],
    instrument: Int32Array.from({ length: rows }, (_, row) => row),
    value_ppm,
    sourceHeight_m: 0.5,
  };
  const [x_m, y_m] = [-50 + 100 * uniform(), -50 + 100 * uniform()];
  const rate_kgph = 2 * 100 ** uniform();
  const { short, background } = settings;
  const departure = { turn_rad: short.turnSd_rad * normal(), lnSigmaY: short.lnSigmaYSd * normal(), lnSigmaZ: 0 };
  const shapes = emptyShapes(rows);
  const tables = stepTables(problem, { directionError: { base_rad: 0, light_radmps: 0 } });
  fillShapes(problem, tables, departure, viewsFrom(problem, { x_m, y_m, width_m: 0 }), shapes);
  const z = drawNormal(fieldCovariance(shapes, short.field), normal);
  const bias = short.rateBias * normal();
  const level = short.common_ppm * normal();
  for (let row = 0; row < rows; row++) {
    const signal =
      shapes.ln[row] === Number.NEGATIVE_INFINITY ? 0 : rate_kgph * Math.exp(shapes.ln[row] + z[row] + bias);
    value_ppm[row] = level + background.leastLevelSd_ppm * normal() + signal;
  }
  // The plume seems to begin there; the source stands where an error of its origin puts it. The air goes east.
  const seen = Array.from(shapes.lnRadius.keys()).filter((row) => Math.abs(shapes.across[row]) < 2);
  const nearest_m = Math.exp(Math.min(...seen.map((row) => shapes.lnRadius[row])));
  const along_m = settings.origin.along * nearest_m * normal();
  const across_m = settings.origin.across * nearest_m * normal();
  return { problem, x_m: x_m + along_m, y_m: y_m + across_m, rate_kgph, origin: { x_m, y_m } };
}

function pointAt(radius: number, angle: number): FixedInstrument {
  const [x, y] = [radius * Math.cos(angle), radius * Math.sin(angle)];
  return { x0_m: x, y0_m: y, z0_m: 1.5, x1_m: x, y1_m: y, z1_m: 1.5 };
}

/** Cov(z_i, z_j) of the header of short-record.ts, for rows of one time. */
export function fieldCovariance(shapes: PlumeShapes, e: FieldError): number[][] {
  const rows = Array.from(shapes.ln.keys()).filter((row) => shapes.ln[row] > Number.NEGATIVE_INFINITY);
  const middle = rows.reduce((sum, row) => sum + shapes.lnRadius[row], 0) / rows.length;
  const lump = (row: number) => Math.min(3, e.lump * (1 + e.lumpGrowth * shapes.across[row] ** 2));
  return Array.from(shapes.ln.keys(), (i) =>
    Array.from(shapes.ln.keys(), (j) => {
      if (shapes.ln[i] === Number.NEGATIVE_INFINITY || shapes.ln[j] === Number.NEGATIVE_INFINITY)
        return i === j ? 1 : 0;
      const farther = Math.abs(shapes.lnRadius[i] - shapes.lnRadius[j]);
      const apart = Math.abs(shapes.across[i] - shapes.across[j]);
      const slopes = (shapes.lnRadius[i] - middle) * (shapes.lnRadius[j] - middle);
      const width = shapes.width[i] * shapes.width[j];
      return (
        Math.exp(-farther / e.lnRadiusLength) * (e.amplitude ** 2 + e.width ** 2 * width) +
        e.shift ** 2 * shapes.across[i] * shapes.across[j] * Math.exp(-farther / e.shiftLength) +
        lump(i) * lump(j) * Math.exp(-farther / e.lumpLength - apart / e.acrossLength) +
        (e.exponent ** 2 + e.widthExponent ** 2 * width) * slopes +
        e.height ** 2 * shapes.height[i] * shapes.height[j] +
        (i === j ? e.own ** 2 : 0)
      );
    }),
  );
}

/** A draw of N(0, C), by Cholesky. */
function drawNormal(covariance: readonly (readonly number[])[], normal: () => number): Float64Array {
  const n = covariance.length;
  const factor = Array.from({ length: n }, () => new Float64Array(n));
  const unit = Float64Array.from({ length: n }, normal);
  return Float64Array.from({ length: n }, (_, i) => {
    let value = 0;
    for (let j = 0; j <= i; j++) {
      let sum = covariance[i][j];
      for (let k = 0; k < j; k++) sum -= factor[i][k] * factor[j][k];
      factor[i][j] = i === j ? Math.sqrt(Math.max(1e-12, sum)) : sum / factor[j][j];
      value += factor[i][j] * unit[j];
    }
    return value;
  });
}

/** Mass of the cells denser than the one at (x, y): uniform in [0, 1] where the posterior is calibrated. */
export function placeRank({ raster }: FixedPosterior, x_m: number, y_m: number): number {
  const column = Math.floor((x_m - raster.west_m) / raster.cell_m);
  const row = Math.floor((y_m - raster.south_m) / raster.cell_m);
  const isOn = column >= 0 && row >= 0 && column < raster.columns && row < raster.rows;
  const own = isOn ? raster.mass[row * raster.columns + column] : 0;
  if (own === 0) return 1;
  let rank = own / 2;
  for (const mass of raster.mass) if (mass > own) rank += mass;
  return Math.min(1, rank);
}

/** Posterior probability of a rate below the true one. */
export function rateRank({ rates }: FixedPosterior, rate_kgph: number): number {
  let rank = 0;
  rates.rate_kgph.forEach((rate, i) => {
    if (rate < rate_kgph) rank += rates.mass[i];
  });
  return Math.min(1, rank);
}
