import type { Position } from '@plumeline/core';
import type { Samples } from '../data/api.ts';

const NEAR_PX = 14;
const TILE_PX = 512;

/** Index of the sample nearest to a place, within a finger's width on the screen at this zoom. */
export function nearestSample(samples: Samples, { lat, lon }: Position, zoom: number): number | undefined {
  const shrink = Math.cos((lat * Math.PI) / 180);
  const reach = (NEAR_PX * 360) / (TILE_PX * 2 ** zoom);
  let best: number | undefined;
  let least = reach * reach;
  for (let i = 0; i < samples.lat.length; i++) {
    const x = samples.lon[i]! - lon;
    const y = (samples.lat[i]! - lat) / shrink;
    const distance = x * x + y * y;
    if (distance < least) {
      least = distance;
      best = i;
    }
  }
  return best;
}
