/**
 * What one source would show at every row of a short record, in the logarithm: the plume's mean and how ln of it moves
 * when the plume is turned, widened, raised or displaced. Those slopes carry the errors that neighbours share.
 *
 *   ln m = ln c(phi, r),  turn = d ln m / d turn,  width = d ln m / d ln s,  height = d ln m / d ln sigma_z
 *
 * phi angle off the wind, s angular width of the plume, r distance [m]. A beam takes the mean of its points, weighted
 * by what each contributes. fixed-instruments.md (4).
 */
import type { FixedProblem } from './problem.ts';
import type { PlumeDeparture, StepTables, View } from './response.ts';

/** Columns per row. `ln` [ln ppm per kg h-1]; -Infinity where no gas comes. */
export interface PlumeShapes {
  readonly ln: Float64Array;
  readonly turn: Float64Array;
  readonly width: Float64Array;
  readonly height: Float64Array;
  /** ln r and phi / s: where in the plume the row stands. */
  readonly lnRadius: Float64Array;
  readonly across: Float64Array;
}

export function emptyShapes(rows: number): PlumeShapes {
  const column = () => new Float64Array(rows);
  return {
    ln: column(),
    turn: column(),
    width: column(),
    height: column(),
    lnRadius: column(),
    across: column(),
  };
}

/** Square of the angle, in widths, beyond which nothing is left: exp(-60). */
const FARTHEST_SQUARED = 120;
const KGPH_TO_KGPS = 1 / 3600;

/** Responses to 1 kg h-1 from the place that the views are from. */
export function fillShapes(
  problem: FixedProblem,
  tables: StepTables,
  departure: PlumeDeparture,
  views: readonly View[],
  out: PlumeShapes,
): void {
  problem.steps.forEach(({ from, to, ppmPerDensity }, step) => {
    const scale = ppmPerDensity * KGPH_TO_KGPS;
    for (let row = from; row < to; row++) {
      addRow(problem, tables, { step, row, scale }, views[problem.instrument[row]], departure, out);
    }
  });
}

function addRow(
  problem: FixedProblem,
  tables: StepTables,
  at: { readonly step: number; readonly row: number; readonly scale: number },
  view: View,
  departure: PlumeDeparture,
  out: PlumeShapes,
): void {
  const base = at.step * tables.radii;
  const towards = tables.towards_rad[at.step] + departure.turn_rad;
  const widerY = Math.exp(2 * departure.lnSigmaY);
  const wider = Math.exp(departure.lnSigmaZ);
  const h = departure.sourceHeight_m ?? problem.sourceHeight_m;
  let [mean, turn, width, height, lnRadius, across] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < view.weight.length; i++) {
    const phi = wrap(view.bearing_rad[i] - towards);
    const index = base + view.tableIndex[i];
    const t = view.tableFraction[i];
    const r = view.radius_m[i];
    const angle = tables.angle[index] + t * (tables.angle[index + 1] - tables.angle[index]);
    const variance = angle * angle * widerY + tables.directionError_rad[at.step] ** 2;
    const squared = (phi * phi) / variance;
    if (squared > FARTHEST_SQUARED) continue;
    const sigmaZ = wider * (tables.sigmaZ[index] + t * (tables.sigmaZ[index + 1] - tables.sigmaZ[index]));
    const slowness = tables.slowness[index] + t * (tables.slowness[index + 1] - tables.slowness[index]);
    const below = ((view.height_m[i] - h) / sigmaZ) ** 2;
    const above = ((view.height_m[i] + h) / sigmaZ) ** 2;
    const [expBelow, expAbove] = [Math.exp(-0.5 * below), Math.exp(-0.5 * above)];
    const s = Math.sqrt(variance);
    const density = (view.weight[i] * slowness * Math.exp(-0.5 * squared)) / (2 * Math.PI * sigmaZ * r * s);
    const value = density * (expBelow + expAbove);
    mean += value;
    turn += (value * phi) / variance;
    width += value * (squared - 1);
    height += density * (expBelow * (below - 1) + expAbove * (above - 1));
    lnRadius += value * Math.log(r);
    across += (value * phi) / s;
  }
  const { row } = at;
  out.ln[row] = mean > 0 ? Math.log(at.scale * mean) : Number.NEGATIVE_INFINITY;
  out.turn[row] = turn / mean;
  out.width[row] = width / mean;
  out.height[row] = height / mean;
  out.lnRadius[row] = lnRadius / mean;
  out.across[row] = across / mean;
}

function wrap(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI;
  if (angle < -Math.PI) return angle + 2 * Math.PI;
  return angle;
}
