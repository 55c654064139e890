/**
 * An area source seen from a point: rectangle of even emission.
 *
 *   c / Q = (1 / A) integral over d of G(d) . [Phi(e2(d) / sy) - Phi(e1(d) / sy)] dd            plume-model.md (8)
 *
 * d how far upwind of the receptor the gas is emitted [m], e1(d), e2(d) the ends of the rectangle's chord across the wind
 * there, relative to the receptor [m], G(d) the crosswind-integrated plume of plume-kernel.ts, A the rectangle's area. The
 * crosswind integral is closed; the other is Gauss-Legendre in panels that end at the corners and widen with distance.
 */
import { crosswindIntegrated, lateralSpread, type PlumeKernel } from './plume-kernel.ts';
import { errorFunction, gaussLegendre } from './special-functions.ts';

/** Corner of the rectangle seen from the receptor: upwind distance d and crosswind distance e [m]. */
export type WindCorner = readonly [number, number];

const RULE = gaussLegendre(10);
/** First panel [m], and the ratio by which panels widen: everything varies with ln d. */
const FIRST_PANEL_M = 0.5;
const PANEL_RATIO = 2.5;

/** Mean coupling [s m-3] of a rectangle (corners in order around it) at height z of the receptor, for release height h. */
export function areaCoupling(kernel: PlumeKernel, corners: readonly WindCorner[], z: number, h: number): number {
  const area = areaOf(corners);
  const breaks = [...new Set([0, ...corners.map(([d]) => d)])].filter((d) => d >= 0).sort((a, b) => a - b);
  let sum = 0;
  for (let i = 1; i < breaks.length; i++) {
    for (let from = breaks[i - 1]; from < breaks[i]; ) {
      const to = Math.min(breaks[i], Math.max(from * PANEL_RATIO, from + FIRST_PANEL_M));
      sum += panel(kernel, corners, z, h, from, to);
      from = to;
    }
  }
  return sum / area;
}

function panel(
  kernel: PlumeKernel,
  corners: readonly WindCorner[],
  z: number,
  h: number,
  from: number,
  to: number,
): number {
  const half = (to - from) / 2;
  let sum = 0;
  for (let i = 0; i < RULE.nodes.length; i++) {
    const d = from + half * (1 + RULE.nodes[i]);
    const chord = chordAt(corners, d);
    if (chord === undefined) continue;
    const scale = Math.SQRT2 * lateralSpread(kernel, d);
    const across = 0.5 * (errorFunction(chord[1] / scale) - errorFunction(chord[0] / scale));
    sum += RULE.weights[i] * across * crosswindIntegrated(kernel, d, z, h);
  }
  return half * sum;
}

/** Ends of the chord across the wind at upwind distance d; undefined where the rectangle is not. */
function chordAt(corners: readonly WindCorner[], d: number): readonly [number, number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  corners.forEach(([d0, e0], i) => {
    const [d1, e1] = corners[(i + 1) % corners.length];
    if ((d0 < d && d1 < d) || (d0 > d && d1 > d) || d0 === d1) return;
    const e = e0 + ((d - d0) / (d1 - d0)) * (e1 - e0);
    low = Math.min(low, e);
    high = Math.max(high, e);
  });
  return high > low ? [low, high] : undefined;
}

/** Shoelace formula. */
function areaOf(corners: readonly WindCorner[]): number {
  return Math.abs(
    corners.reduce((sum, [d0, e0], i) => {
      const [d1, e1] = corners[(i + 1) % corners.length];
      return sum + 0.5 * (d0 * e1 - d1 * e0);
    }, 0),
  );
}
