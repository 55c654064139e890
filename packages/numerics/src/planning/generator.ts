/** A source of uniform numbers in [0, 1). */
export type Generator = () => number;

/** mulberry32 (T. Ettinger 2017): 32 bits of state, enough for some 1e5 draws of a Monte Carlo sum. */
export function seededGenerator(seed: number): Generator {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Standard normal by Box & Muller 1958 (one of the pair). */
export function normalFrom(next: Generator): number {
  return Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
}
