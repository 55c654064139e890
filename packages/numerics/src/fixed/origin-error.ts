/**
 * How far a long record's source may stand from where its plumes seem to begin.
 *
 *   C^-1 = sum over instruments k that see it of  a a' / (s_a r_k)^2 + b b' / (s_b r_k)^2
 *
 * a unit vector from the source to point k, b across it, r_k their distance: each point's view has an error of its own,
 * s_a of the distance along and s_b across, the same over the whole record. A beam says how far off it is (a at right
 * angles to it, r_k the distance to its nearest point, s_a) and not where along it: the other direction has its
 * length's deviation. The parts are those of short records (fixed-instruments.md, 4b), not fitted again.
 */
import type { Displacement } from './place.ts';
import type { FixedInstrument, FixedProblem } from './problem.ts';

export interface OriginError {
  readonly along: number;
  readonly across: number;
}

/** Nearer instruments err as if they stood there [m]. */
const NEAREST_M = 1;

export function originError(
  { instruments }: FixedProblem,
  place: { readonly x_m: number; readonly y_m: number },
  isSeen: readonly boolean[],
  origin: OriginError,
): Displacement | undefined {
  let [xx, xy, yy] = [0, 0, 0];
  instruments.forEach((instrument, k) => {
    if (!isSeen[k]) return;
    const { along_m, across_m, towardEast, towardNorth } = viewError(instrument, place, origin);
    const [a, b] = [along_m ** -2, across_m ** -2];
    xx += a * towardEast ** 2 + b * towardNorth ** 2;
    yy += a * towardNorth ** 2 + b * towardEast ** 2;
    xy += (a - b) * towardEast * towardNorth;
  });
  if (xx + yy === 0) return undefined;
  // The least eigenvalue of the precision is the direction known worst.
  const half = (xx + yy) / 2;
  const reach = Math.hypot((xx - yy) / 2, xy);
  const angle = 0.5 * Math.atan2(2 * xy, xx - yy) + Math.PI / 2;
  return {
    along_m: (half - reach) ** -0.5,
    across_m: (half + reach) ** -0.5,
    towardEast: Math.cos(angle),
    towardNorth: Math.sin(angle),
  };
}

/** One instrument's own error of the place, along and across the line to it. */
function viewError(
  { x0_m, y0_m, x1_m, y1_m }: FixedInstrument,
  { x_m, y_m }: { readonly x_m: number; readonly y_m: number },
  { along, across }: OriginError,
): Displacement {
  const [dx, dy] = [x1_m - x0_m, y1_m - y0_m];
  const length = Math.hypot(dx, dy);
  if (length < 1e-3) {
    const r = Math.max(NEAREST_M, Math.hypot(x0_m - x_m, y0_m - y_m));
    const bearing = Math.atan2(y0_m - y_m, x0_m - x_m);
    return {
      along_m: along * r,
      across_m: across * r,
      towardEast: Math.cos(bearing),
      towardNorth: Math.sin(bearing),
    };
  }
  const at = Math.min(1, Math.max(0, ((x_m - x0_m) * dx + (y_m - y0_m) * dy) / length ** 2));
  const r = Math.max(NEAREST_M, Math.hypot(x0_m + at * dx - x_m, y0_m + at * dy - y_m));
  const along_m = along * r;
  return {
    along_m,
    across_m: Math.max(along_m, length / Math.sqrt(12)),
    towardEast: -dy / length,
    towardNorth: dx / length,
  };
}
