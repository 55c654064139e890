/**
 * Single samples that jump away and back: electronics, not air. A plume crossing lasts several samples or falls off
 * to its neighbours; an isolated sample whose neighbours all lie on the local level is set aside.
 */

/** Deviations from the local level for a spike, and the share of it its neighbours may have. */
const SPIKE_SIGMAS = 6;
const NEIGHBOUR_SIGMAS = 3.5;
const NEIGHBOUR_SHARE = 0.1;
const HALF_WINDOW = 6;

/** 1 where a sample is a spike. */
export function findSpikes(value: Float64Array, noise: number): Uint8Array {
  const n = value.length;
  const spike = new Uint8Array(n);
  for (let i = 1; i + 1 < n; i++) {
    const before = value[i - 1];
    const after = value[i + 1];
    const jump = Math.min(Math.abs(value[i] - before), Math.abs(value[i] - after));
    if (jump < SPIKE_SIGMAS * noise) continue;
    const level = localMedian(value, i);
    const deviation = Math.abs(value[i] - level);
    const allowed = Math.max(NEIGHBOUR_SIGMAS * noise, NEIGHBOUR_SHARE * deviation);
    const isIsolated = Math.abs(before - level) < allowed && Math.abs(after - level) < allowed;
    if (isIsolated && deviation > SPIKE_SIGMAS * noise) spike[i] = 1;
  }
  return spike;
}

function localMedian(value: Float64Array, i: number): number {
  const near: number[] = [];
  for (let k = Math.max(0, i - HALF_WINDOW); k <= Math.min(value.length - 1, i + HALF_WINDOW); k++) {
    if (k !== i) near.push(value[k]);
  }
  near.sort((a, b) => a - b);
  return near[near.length >> 1];
}
