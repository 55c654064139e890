/** Numbers of a table of outcomes: shares with their uncertainty, quantiles, the rate of several sources together. */
import type { RateInterval } from './simulated-flights.ts';

export function quantile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))] ?? Number.NaN;
}

export interface Share {
  readonly count: number;
  readonly of: number;
  readonly share: number;
  /** 90 % interval of the true share (Wilson 1927). */
  readonly low: number;
  readonly high: number;
}

const Z90 = 1.6449;

export function shareOf<T>(values: readonly T[], test: (value: T) => boolean): Share {
  const count = values.filter(test).length;
  const n = Math.max(1, values.length);
  const share = count / n;
  const middle = share + Z90 ** 2 / (2 * n);
  const half = Z90 * Math.sqrt((share * (1 - share)) / n + Z90 ** 2 / (4 * n * n));
  const scale = 1 + Z90 ** 2 / n;
  const low = Math.max(0, (middle - half) / scale);
  return { count, of: values.length, share, low, high: Math.min(1, (middle + half) / scale) };
}

/** "88 % (83-92)". */
export function percent({ share, low, high }: Share, digits = 0): string {
  const part = (value: number) => (100 * value).toFixed(digits);
  return `${part(share)} % (${part(low)}-${part(high)})`;
}

const NODES = 41;

/** 5, 50 and 95 % of a sum of independent rates, each log-normal on either side of its median. */
export function totalRate(rates: readonly RateInterval[]): RateInterval {
  let total: number[] = [0];
  for (const rate of rates) {
    const draws = quantilesOf(rate);
    const sums = total.flatMap((sum) => draws.map((value) => sum + value)).sort((a, b) => a - b);
    total = total.length === 1 ? sums : thinned(sums);
  }
  return { p05: quantile(total, 0.05), p50: quantile(total, 0.5), p95: quantile(total, 0.95) };
}

/** Values at equal steps of probability. */
function quantilesOf({ p05, p50, p95 }: RateInterval): number[] {
  return Array.from({ length: NODES }, (_, n) => {
    const z = normalQuantile((n + 0.5) / NODES);
    return p50 * (z < 0 ? p50 / p05 : p95 / p50) ** (z / Z90);
  });
}

function thinned(sorted: readonly number[]): number[] {
  return Array.from({ length: NODES }, (_, n) => quantile(sorted, (n + 0.5) / NODES));
}

/** By bisection of the error function's series (Abramowitz & Stegun 26.2.17 is good to 1e-7). */
function normalQuantile(p: number): number {
  let [low, high] = [-6, 6];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x > 0 ? 1 - tail : tail;
}
