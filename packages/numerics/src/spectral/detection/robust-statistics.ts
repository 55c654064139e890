/** Location and scale of samples of which some, always on the high side, hold gas. */

/** Value at a quantile of an ascending array. */
export function sortedQuantile(ascending: ArrayLike<number>, q: number): number {
  const at = q * (ascending.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, ascending.length - 1);
  return ascending[low] + (at - low) * (ascending[high] - ascending[low]);
}

export interface Centre {
  readonly centre: number;
  /** Standard deviation below the centre, where gas does not reach. */
  readonly scale: number;
}

const WINDOW_SCALES = 1.5;
const STEPS = 12;

/**
 * Mode and lower scale: the mean of what lies within 1.5 scales, moved until it stays; the scale from the distance
 * down to the 16th percentile. Sorts `values` in place.
 */
export function lowerCentre(values: Float64Array): Centre {
  values.sort();
  let centre = sortedQuantile(values, 0.5);
  const scale = Math.max(1e-12, centre - sortedQuantile(values, 0.1587));
  for (let step = 0; step < STEPS; step++) {
    let [sum, count] = [0, 0];
    for (const value of values) {
      if (Math.abs(value - centre) > WINDOW_SCALES * scale) continue;
      sum += value;
      count++;
    }
    if (count === 0) break;
    const next = sum / count;
    const moved = Math.abs(next - centre);
    centre = next;
    if (moved < 1e-3 * scale) break;
  }
  let below = 0;
  while (below < values.length && values[below] < centre) below++;
  // 31.7 % of the lower half of a normal lies more than one standard deviation below its centre.
  const spread = below > 0 ? centre - sortedQuantile(values.subarray(0, below), 0.3173) : scale;
  return { centre, scale: Math.max(1e-12, spread) };
}

/** Deterministic uniform numbers in [0, 1): a 32-bit mix of a counter (Steele & al. 2014, splitmix). */
export function countedUniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}
