/**
 * Seeded random numbers: xoshiro128** (Blackman & Vigna 2021, ACM TOMS 47:36) in named streams. A stream's state comes
 * from the seed and the stream's path alone, so a draw added in one stream moves nothing in another.
 */
export interface Random {
  /** An independent generator; the same seed and path give the same numbers whatever else was drawn. */
  stream(name: string | number): Random;
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  between(low: number, high: number): number;
  logBetween(low: number, high: number): number;
  /** Integer in [0, count). */
  below(count: number): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with mean 1. */
  exponential(): number;
  pick<T>(items: readonly T[]): T;
}

export function randomFrom(seed: number | string): Random {
  return generatorAt(`seed:${seed}`);
}

function generatorAt(path: string): Random {
  const next = xoshiro128(stateFrom(path));
  let spare: number | undefined;
  const uniform = () => next() / 2 ** 32;
  const normal = () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      // Marsaglia & Bray (1964), polar method: two normals from a point in the unit disc.
      const u = 2 * uniform() - 1;
      const v = 2 * uniform() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const scale = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * scale;
        return u * scale;
      }
    }
  };
  return {
    stream: (name) => generatorAt(`${path}/${name}`),
    uniform,
    between: (low, high) => low + (high - low) * uniform(),
    logBetween: (low, high) => low * (high / low) ** uniform(),
    below: (count) => Math.floor(uniform() * count),
    normal,
    exponential: () => -Math.log(1 - uniform()),
    pick: (items) => items[Math.floor(uniform() * items.length)],
  };
}

/** xoshiro128** 1.1: 32 bits a call, period 2^128 - 1. */
export function xoshiro128(state: Uint32Array): () => number {
  let [a, b, c, d] = state;
  return () => {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result;
  };
}

/** Four words from a path: FNV-1a over its characters, spread by the finaliser of MurmurHash3. Never all zero. */
function stateFrom(path: string): Uint32Array {
  const state = new Uint32Array(4);
  for (let word = 0; word < 4; word++) {
    let hash = 0x811c9dc5 ^ Math.imul(word + 1, 0x9e3779b9);
    for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    state[word] = (hash ^ (hash >>> 16)) >>> 0;
  }
  if (state.every((value) => value === 0)) state[0] = 1;
  return state;
}

/** Ornstein-Uhlenbeck series of unit variance, started in equilibrium. `step / scale` is the decay of one step. */
export function ornsteinUhlenbeck(random: Random, count: number, decay: number): Float64Array {
  const series = new Float64Array(count);
  const keep = Math.exp(-decay);
  const kick = Math.sqrt(1 - keep * keep);
  for (let i = 0; i < count; i++) series[i] = i === 0 ? random.normal() : keep * series[i - 1] + kick * random.normal();
  return series;
}
