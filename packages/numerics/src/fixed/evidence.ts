/**
 * Evidence of one place: the likelihood integrated over the rate, which is log-uniform between two bounds.
 *
 * ln L(q) is smooth in ln q, so it is found at a ladder of rates climbed from a guess to where it has fallen away on
 * both sides, and interpolated by a parabola through the nearest three.
 */
export interface RateRange {
  readonly least_kgph: number;
  readonly most_kgph: number;
}

export interface PlaceEvidence {
  /** ln of the integral of L(q) p(ln q) d ln q. */
  readonly lnEvidence: number;
  /** Rate of the greatest likelihood found. */
  readonly bestRate_kgph: number;
  /** ln L at rungs, ascending; rung i is at ln rate = i . RUNG. */
  readonly rungs: readonly { readonly rung: number; readonly lnL: number }[];
}

/** Steps of the ladder in ln rate, and how far below the best a rung may lie before climbing stops. */
export const RUNG = Math.log(1.5);
const FALL = 7;
/** Mesh of the integral and of rate histograms, per rung. */
export const MESH_PER_RUNG = 16;

export function rateEvidence(
  likelihood: (rate_kgph: number) => number,
  guess_kgph: number,
  range: RateRange,
): PlaceEvidence {
  const [lowest, highest] = rungRange(range);
  const lnL = new Map<number, number>();
  const at = (rung: number) => {
    let value = lnL.get(rung);
    if (value === undefined) {
      value = likelihood(Math.exp(rung * RUNG));
      lnL.set(rung, value);
    }
    return value;
  };
  let best = Math.min(highest, Math.max(lowest, Math.round(Math.log(guess_kgph) / RUNG)));
  at(best);
  // Uphill first, then outward on both sides until the likelihood has fallen away or the range ends.
  for (let moved = true; moved; ) {
    moved = false;
    for (const next of [best + 1, best - 1]) {
      if (next >= lowest && next <= highest && at(next) > at(best)) {
        best = next;
        moved = true;
        break;
      }
    }
  }
  for (const direction of [1, -1]) {
    for (let rung = best + direction; rung >= lowest && rung <= highest; rung += direction) {
      if (at(rung) < at(best) - FALL) break;
    }
  }
  const rungs = [...lnL].map(([rung, value]) => ({ rung, lnL: value })).sort((a, b) => a.rung - b.rung);
  const top = at(best);
  let sum = 0;
  forMesh(rungs, (_, value) => {
    sum += Math.exp(value - top);
  });
  const lnEvidence = top + Math.log(Math.max(sum, 1e-300) / MESH_PER_RUNG / (highest - lowest + 1));
  return { lnEvidence, bestRate_kgph: Math.exp(best * RUNG), rungs };
}

export function rungRange({ least_kgph, most_kgph }: RateRange): [number, number] {
  return [Math.round(Math.log(least_kgph) / RUNG), Math.round(Math.log(most_kgph) / RUNG)];
}

/** Visits mesh points (index of ln rate in mesh steps, interpolated ln L), half a rung beyond the outer rungs. */
export function forMesh(
  rungs: readonly { readonly rung: number; readonly lnL: number }[],
  visit: (mesh: number, lnL: number) => void,
): void {
  const half = MESH_PER_RUNG / 2;
  const last = rungs.length - 1;
  for (let i = 0; i <= last; i++) {
    const middle = Math.max(1, Math.min(last - 1, i));
    const [a, b, c] = last < 2 ? [rungs[i], rungs[i], rungs[i]] : [rungs[middle - 1], rungs[middle], rungs[middle + 1]];
    const slope = (c.lnL - a.lnL) / 2;
    const curve = (c.lnL + a.lnL) / 2 - b.lnL;
    for (let offset = -half; offset < half; offset++) {
      const mesh = rungs[i].rung * MESH_PER_RUNG + offset;
      const t = (mesh + 0.5) / MESH_PER_RUNG - b.rung;
      visit(mesh, last < 2 ? b.lnL : b.lnL + t * (slope + t * curve));
    }
  }
}
