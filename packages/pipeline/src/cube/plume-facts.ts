/** Facts of a plume's pixels: where its edge runs, where most gas is, and what speaks against it, as codes that apps translate. */
import type { Caveat, MultiPolygon } from '@plumeline/core';
import type { SpectralVerdict } from '@plumeline/numerics';
import { roundDegrees } from '../estimate-geometry.ts';
import type { CubeMaps } from './cube-maps.ts';
import type { IngestedCube } from './ingest-cube.ts';
import { outlinesOf } from './pixel-outline.ts';

/** Pixel with the largest amount. */
export function peakOf(pixels: Int32Array, { amount_ppmm }: CubeMaps): number {
  return pixels.reduce((best, p) => (amount_ppmm[p]! > amount_ppmm[best]! ? p : best), pixels[0]!);
}

/** Outer edge on the ground; a polygon for each part that only touches the others at corners. */
export function outlineOf(
  pixels: Int32Array,
  { header, places }: Pick<IngestedCube, 'header' | 'places'>,
): MultiPolygon {
  const { columns } = header;
  const inside = new Set(pixels);
  const has = (line: number, column: number) => column >= 0 && column < columns && inside.has(line * columns + column);
  const cells = Array.from(pixels, (p) => [p % columns, Math.floor(p / columns)] as const);
  return toGround(outlinesOf(has, cells), places, 1);
}

/** Rings of cells `step` pixels wide as polygons in degrees, counter-clockwise. */
export function toGround(
  rings: readonly (readonly (readonly [number, number])[])[],
  places: IngestedCube['places'],
  step: number,
): MultiPolygon {
  // Image rings run clockwise on the screen: counter-clockwise on the ground only where the image is mirrored.
  const isMirrored = places.perColumn[0] * places.perLine[1] - places.perColumn[1] * places.perLine[0] > 0;
  return {
    type: 'MultiPolygon',
    coordinates: rings.map((ring) => {
      const placed = ring.map(([column, line]) => {
        const { lat, lon } = places.at(column * step, line * step);
        return [roundDegrees(lon), roundDegrees(lat)] as const;
      });
      return [isMirrored ? placed : placed.reverse()];
    }),
  };
}

/** Sentences of the numerics as codes; each has its words in the apps. */
const DOUBTS: readonly (readonly [RegExp, string, readonly string[]])[] = [
  [/^a filled rectangle/, 'plume-rectangle', []],
  [/^lies (\d+) degrees off the wind/, 'plume-off-wind', ['angle']],
  [/^no clean pixels about the plume/, 'plume-no-background', []],
  [/^the scene cuts every transect/, 'plume-no-transect', []],
  [/^the two methods differ by a factor of ([\d.]+)/, 'plume-methods-differ', ['factor']],
  [/^the plume leaves the scene/, 'plume-leaves-scene', []],
];

/** @throws Error on a sentence without a code: a new doubt of the numerics needs its words */
function toCaveat(doubt: string): Caveat {
  for (const [pattern, code, names] of DOUBTS) {
    const match = pattern.exec(doubt);
    if (match !== null)
      return { code, params: Object.fromEntries(names.map((name, i) => [name, Number(match[i + 1])])) };
  }
  throw new Error(`A plume's doubt has no code: ${doubt}`);
}

/** A rival this near to the gas is named. */
const CLOSE_RIVAL = 0.5;

export function plumeCaveats(doubts: readonly string[], verdict: SpectralVerdict | undefined, gas: string): Caveat[] {
  const shapes = doubts.filter((doubt) => !doubt.startsWith('spectrum not looked at')).map(toCaveat);
  if (verdict === undefined) return [{ code: 'plume-spectrum-unseen', params: {} }, ...shapes];
  const percent = (share: number) => Math.round(100 * share);
  if (verdict.rivalShare <= CLOSE_RIVAL * verdict.gasShare) return shapes;
  const params = {
    rival: verdict.rival,
    rivalPercent: percent(verdict.rivalShare),
    gas,
    gasPercent: percent(verdict.gasShare),
  };
  return [{ code: 'plume-close-rival', params }, ...shapes];
}

export function rateCaveats(doubts: readonly string[]): Caveat[] {
  return doubts.map(toCaveat);
}
