/**
 * Error covariance of the samples, pass by pass: S = diag(v) + B L B', v = noise^2 + (f envelope)^2, B the background's
 * level, slope and curvature and, where other sources are taken as known, their templates. With B~ = B chol(M)',
 * M = (B' W B + L^-1)^-1, W = diag(1 / v):   a' S^-1 a = a' W a - |B~' W a|^2   and   S^-1 y = W (y - B~ B~' W y).
 */
import type { FlightSamples } from './flight.ts';
import type { Passes } from './passes.ts';

/** Level, slope, curvature and its change: with fewer, drift passes for faint wide plumes. */
export const BACKGROUND_TERMS = 4;

/** Signal of something else in the air that is integrated out: columns per sample with the precision of their factor. */
export interface Nuisance {
  /** Expected signal [ppm], subtracted from the samples. */
  readonly mean: Float64Array;
  /** Columns [count], and 1 / variance of each one's factor, drawn anew in every pass. */
  readonly columns: readonly Float64Array[];
  readonly precision: readonly number[];
}

export interface NoiseTerms {
  readonly terms: number;
  /** 1 / v. */
  readonly weight: Float64Array;
  /** B~ [count x terms]. */
  readonly basis: Float64Array;
  /** S^-1 y. */
  readonly whitened: Float64Array;
  /** Per pass, ln of how much likelier its samples are with the fluctuation's noise than without: 0 where nothing is. */
  readonly lnInflation: Float64Array;
}

export function noiseTerms(
  samples: FlightSamples,
  passes: Passes,
  deviation_ppm: Float64Array,
  lnInflation: Float64Array,
  nuisance?: Nuisance,
): NoiseTerms {
  const n = samples.count;
  const terms = BACKGROUND_TERMS + (nuisance?.columns.length ?? 0);
  const weight = deviation_ppm.map((sd) => 1 / (sd * sd));
  const basis = new Float64Array(n * terms);
  const whitened = new Float64Array(n);
  const value = nuisance === undefined ? samples.value_ppm : samples.value_ppm.map((y, i) => y - nuisance.mean[i]);
  for (let j = 0; j < passes.count; j++) {
    const from = passes.start[j];
    const to = passes.start[j + 1];
    fillColumns(samples.time_s, from, to, basis, terms, nuisance);
    const prior = [0, 0, 0, 0, ...(nuisance?.precision ?? [])];
    orthonormalise(basis, weight, from, to, terms, prior);
    projectOut(value, weight, basis, whitened, { from, to, terms });
  }
  return { terms, weight, basis, whitened, lnInflation };
}

function fillColumns(
  t: Float64Array,
  from: number,
  to: number,
  basis: Float64Array,
  terms: number,
  nuisance?: Nuisance,
): void {
  const middle = (t[from] + t[to - 1]) / 2;
  const half = Math.max(1e-9, (t[to - 1] - t[from]) / 2);
  for (let i = from; i < to; i++) {
    const u = (t[i] - middle) / half;
    basis[i * terms] = 1;
    basis[i * terms + 1] = u;
    basis[i * terms + 2] = u * u;
    basis[i * terms + 3] = u * u * u;
    nuisance?.columns.forEach((column, k) => {
      basis[i * terms + BACKGROUND_TERMS + k] = column[i];
    });
  }
}

/** B <- B inv(chol(B'WB + prior))'; a column without support of its own becomes zero. */
function orthonormalise(
  basis: Float64Array,
  w: Float64Array,
  from: number,
  to: number,
  terms: number,
  prior: readonly number[],
): void {
  const gram = new Float64Array(terms * terms);
  for (let i = from; i < to; i++) {
    for (let a = 0; a < terms; a++) {
      const wa = w[i] * basis[i * terms + a];
      for (let b = 0; b <= a; b++) gram[a * terms + b] += wa * basis[i * terms + b];
    }
  }
  const size = Array.from({ length: terms }, (_, a) => gram[a * terms + a]);
  for (let a = 0; a < terms; a++) gram[a * terms + a] += prior[a];
  // Cholesky in place, lower triangle.
  for (let a = 0; a < terms; a++) {
    for (let b = 0; b <= a; b++) {
      let sum = gram[a * terms + b];
      for (let k = 0; k < b; k++) sum -= gram[a * terms + k] * gram[b * terms + k];
      if (a !== b) gram[a * terms + b] = gram[b * terms + b] > 0 ? sum / gram[b * terms + b] : 0;
      else gram[a * terms + a] = a < to - from && sum > 1e-9 * size[a] && sum > 0 ? Math.sqrt(sum) : 0;
    }
  }
  for (let i = from; i < to; i++) {
    for (let a = 0; a < terms; a++) {
      let sum = basis[i * terms + a];
      for (let k = 0; k < a; k++) sum -= gram[a * terms + k] * basis[i * terms + k];
      basis[i * terms + a] = gram[a * terms + a] > 0 ? sum / gram[a * terms + a] : 0;
    }
  }
}

function projectOut(
  y: Float64Array,
  w: Float64Array,
  basis: Float64Array,
  out: Float64Array,
  { from, to, terms }: { from: number; to: number; terms: number },
): void {
  let mean = 0;
  for (let i = from; i < to; i++) mean += y[i] / (to - from);
  const dot = new Float64Array(terms);
  for (let i = from; i < to; i++) {
    for (let k = 0; k < terms; k++) dot[k] += w[i] * (y[i] - mean) * basis[i * terms + k];
  }
  for (let i = from; i < to; i++) {
    let fit = 0;
    for (let k = 0; k < terms; k++) fit += dot[k] * basis[i * terms + k];
    out[i] = w[i] * (y[i] - mean - fit);
  }
}

/** Gains below this are what noise alone reaches in one pass [nats]. */
const LEAST_INFLATION = 8;

/**
 * ln N(r; 0, v) - ln N(r; 0, v0) summed over each pass: v with the fluctuation of everything seen, v0 with that of what
 * is already explained. Without a source there is nothing to fluctuate, so this is part of a source's evidence.
 */
export function inflationOf(
  residual: Float64Array,
  deviation: Float64Array,
  explained: Float64Array,
  passes: Passes,
  quiet: Uint8Array,
): Float64Array {
  return Float64Array.from({ length: passes.count }, (_, j) => {
    let ln = 0;
    for (let i = passes.start[j]; i < passes.start[j + 1]; i++) {
      const r2 = residual[i] * residual[i];
      ln += 0.5 * (r2 / explained[i] ** 2 - r2 / deviation[i] ** 2) - Math.log(deviation[i] / explained[i]);
    }
    return quiet[j] === 0 && ln > LEAST_INFLATION ? ln : 0;
  });
}
