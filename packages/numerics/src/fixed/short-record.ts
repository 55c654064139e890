/**
 * ln likelihood of a short record (one or a few averaging periods, many instruments) for one place and rate, with the
 * plume's errors as one Gaussian field over all instruments instead of errors of each.
 *
 *   g(y_i) = g(q m_i e^{z_i}) + n_i,   g(s) = asinh(s / sigma),   s = y - level
 *   Cov(z_i, z_j) = k_r [A^2 + W^2 w_i w_j] + D^2 k_d n_i n_j + L_i L_j k_l exp(-|n_i - n_j| / l_n)
 *                 + (E^2 + V^2 w_i w_j) u_i u_j + H^2 h_i h_j + F^2 (i = j),   L_i = L (1 + g n_i^2)
 *   k_* = exp(-|ln r_i - ln r_j| / l_* - |time_i - time_j| / l_t),   n = phi / s
 *
 * y mole fraction [ppm]; sigma additive noise; q rate, m mean response, z error of ln m: amplitude (A) and width (W), the
 * centre line's wander (D, in plume widths), lumps of the profile (L), exponents of amplitude and width in distance (E, V;
 * u = ln r from its mean), vertical spread (H) and each sampler's own error (F). asinh is the logarithm well above the noise and
 * linear within it. E and Var of g over z come from three sigma points, so that a reading at the plume's edge, where a
 * small error of width makes or unmakes the plume, is as uncertain as it is. Where in a cell of width b the source lies
 * is one more pair of errors, along and across the wind: x_i x_j b^2 / 12 with x = 2 / r and t / r: the evidence is the
 * cell's, not its middle's. fixed-instruments.md (4).
 */
import { boundedSite } from './censored.ts';
import type { FixedProblem } from './problem.ts';
import type { PlumeShapes } from './shape.ts';

/** Standard deviations of ln response; all dimensionless but `time_s`. */
export interface FieldError {
  readonly amplitude: number;
  /** Wander of the centre line along the plume, in plume widths, and its correlation length in ln r. */
  readonly shift: number;
  readonly shiftLength: number;
  readonly width: number;
  readonly lump: number;
  /** Lumps grow with the square of the distance from the centre line, in plume widths, by this part. */
  readonly lumpGrowth: number;
  readonly exponent: number;
  /** The same of the width: how ln s departs from the model per unit of ln r. */
  readonly widthExponent: number;
  readonly height: number;
  readonly own: number;
  /** Correlation lengths: in ln r, in time [s], and in plume widths across. */
  readonly lnRadiusLength: number;
  readonly time_s: number;
  readonly acrossLength: number;
  /** Correlation length of lumps in ln r. */
  readonly lumpLength: number;
}

export interface ShortRecord {
  /** g(y) per row, and level-free noise [ppm] that scales g. */
  readonly transformed: Float64Array;
  readonly noise_ppm: number;
  /** Error of the level that all rows share [ppm]. */
  readonly common_ppm: number;
  readonly time_s: Float64Array;
  /** Per row 0 measured, -1 at most, +1 at least; absent when all were measured. */
  readonly bound?: Int8Array;
  /** What registered sources add, in units of the noise, and the relative error of that. */
  readonly known: Float64Array;
  readonly knownSd: Float64Array;
}

/** A row is in the plume where its signal, two deviations high, passes this part of the noise. */
const ACTIVE = 0.3;
const SQRT3 = Math.sqrt(3);
/** - d ln m / d ln r of a plume near the ground, between 1.5 and 2: what a displaced source does to ln m. */
const DECAY = 2;
/** A displacement moves ln m by no more than this: beyond it the slope is no guide. */
const MOST_DISPLACED = 1.5;
/** Errors of ln response are no larger than this: beyond it a row says nothing of the source. */
const MOST_DEVIATION = 3;
const OUTLIER_SIGMAS = 3;
const LN_2PI = Math.log(2 * Math.PI);

export interface ShortScratch {
  readonly active: Int32Array;
  readonly gain: Float64Array;
  readonly residual: Float64Array;
  readonly diagonal: Float64Array;
  readonly shared: Float64Array;
  readonly byRadius: Float64Array;
  readonly byAcross: Float64Array;
  readonly byLump: Float64Array;
  readonly byShift: Float64Array;
  /** Error of ln m by the source's place in its cell, along and across the wind. */
  readonly along: Float64Array;
  readonly aside: Float64Array;
  readonly lump: Float64Array;
  factor: Float64Array;
}

export function shortScratch(rows: number): ShortScratch {
  const column = () => new Float64Array(rows);
  return {
    active: new Int32Array(rows),
    gain: column(),
    residual: column(),
    diagonal: column(),
    shared: column(),
    byRadius: column(),
    byAcross: column(),
    byLump: column(),
    byShift: column(),
    along: column(),
    aside: column(),
    lump: column(),
    factor: new Float64Array(0),
  };
}

export function shortRecord(
  problem: FixedProblem,
  level_ppm: number,
  noise_ppm: number,
  common_ppm: number,
): ShortRecord {
  const rows = problem.value_ppm.length;
  const time_s = new Float64Array(rows);
  for (const step of problem.steps) time_s.fill(step.time_s, step.from, step.to);
  return {
    transformed: problem.value_ppm.map((value) => Math.asinh((value - level_ppm) / noise_ppm)),
    noise_ppm,
    common_ppm,
    time_s,
    ...(problem.bound === undefined ? {} : { bound: problem.bound }),
    known: new Float64Array(rows),
    knownSd: new Float64Array(rows),
  };
}

/** ln likelihood of `rate` [kg h-1] from a cell of `width_m`; shapes of -Infinity stand for no source. */
export function shortLikelihood(
  record: ShortRecord,
  shapes: PlumeShapes,
  rate: number,
  error: FieldError,
  width_m: number,
  scratch: ShortScratch,
): number {
  const { active, residual, shared } = scratch;
  const rows = record.transformed.length;
  const lnRate = Math.log(rate);
  let [count, lnDet, quadratic, sharedQuadratic, sharedResidual, lnFactors] = [0, 0, 0, 0, 0, 0];
  const lnActive = Math.log(ACTIVE * record.noise_ppm);
  const common = record.common_ppm / record.noise_ppm;
  for (let row = 0; row < rows; row++) {
    const ln = shapes.ln[row] + lnRate;
    const deviation = ln === Number.NEGATIVE_INFINITY ? 0 : deviationOf(shapes, row, error, width_m, count, scratch);
    if (ln + 2 * deviation > lnActive) {
      active[count] = row;
      lnFactors += linearise(record, row, ln, deviation, error.own ** 2, count, scratch);
      count++;
      continue;
    }
    const own = record.known[row];
    let r = record.transformed[row] - Math.asinh(own);
    let variance = (1 + (own * record.knownSd[row]) ** 2) / (1 + own * own);
    const side = record.bound === undefined ? 0 : record.bound[row];
    if (side === 0) variance = Math.max(variance, (r * r) / (OUTLIER_SIGMAS * OUTLIER_SIGMAS));
    else {
      const site = boundedSite(side, r, variance);
      r = site.residual;
      variance += site.extra;
      lnFactors += site.lnFactor;
    }
    lnDet += Math.log(variance);
    quadratic += (r * r) / variance;
    sharedQuadratic += (common * common) / variance;
    sharedResidual += (common * r) / variance;
  }
  if (count > 0) {
    fillKernels(shapes, active, count, error, scratch);
    fillCovariance(record, shapes, error, count, scratch);
    lnDet += cholesky(scratch.factor, count);
    solveLower(scratch.factor, residual, count);
    solveLower(scratch.factor, shared, count);
    for (let i = 0; i < count; i++) {
      quadratic += residual[i] * residual[i];
      sharedQuadratic += shared[i] * shared[i];
      sharedResidual += shared[i] * residual[i];
    }
  }
  // One error of level for all rows: a rank-one addition (Sherman-Morrison).
  lnDet += Math.log(1 + sharedQuadratic);
  quadratic -= (sharedResidual * sharedResidual) / (1 + sharedQuadratic);
  return lnFactors - 0.5 * (rows * LN_2PI + lnDet + quadratic);
}

function deviationOf(
  shapes: PlumeShapes,
  row: number,
  e: FieldError,
  width_m: number,
  at: number,
  { along, aside }: ShortScratch,
): number {
  const turn = e.shift * shapes.across[row];
  const width = e.width * shapes.width[row];
  const height = e.height * shapes.height[row];
  const displaced = (width_m / Math.sqrt(12)) * Math.exp(-shapes.lnRadius[row]);
  along[at] = Math.min(MOST_DISPLACED, DECAY * displaced);
  aside[at] = Math.max(-MOST_DISPLACED, Math.min(MOST_DISPLACED, displaced * shapes.turn[row]));
  const lump = lumpOf(shapes.across[row], e);
  const rest = e.amplitude * e.amplitude + lump * lump + e.own * e.own + along[at] ** 2 + aside[at] ** 2;
  return Math.min(MOST_DEVIATION, Math.sqrt(rest + turn * turn + width * width + height * height));
}

function lumpOf(across: number, { lump, lumpGrowth }: FieldError): number {
  return Math.min(MOST_DEVIATION, lump * (1 + lumpGrowth * across * across));
}

/** Residual, gain dg/dz and the rest of the variance of g over z ~ N(0, deviation^2), by three sigma points; returns a bound's ln scale. */
function linearise(
  record: ShortRecord,
  row: number,
  ln: number,
  deviation: number,
  own: number,
  at: number,
  scratch: ShortScratch,
): number {
  const unit = Math.exp(ln) / record.noise_ppm;
  const reach = Math.exp(SQRT3 * deviation);
  const known = record.known[row];
  const middle = Math.asinh(unit + known);
  const high = Math.asinh(unit * reach + known);
  const low = Math.asinh(unit / reach + known);
  const mean = (4 * middle + high + low) / 6;
  const gain = deviation > 0 ? (high - low) / (2 * SQRT3 * deviation) : 0;
  const variance = (4 * middle * middle + high * high + low * low) / 6 - mean * mean;
  const unexplained = Math.max(0, variance - gain * gain * deviation * deviation);
  const slope = 1 / Math.hypot(1, unit + known);
  let residual = record.transformed[row] - mean;
  let d = slope * slope * (1 + (known * record.knownSd[row]) ** 2) + unexplained + gain * gain * own;
  const total = gain * gain * (deviation * deviation - own) + d;
  let lnFactor = 0;
  const side = record.bound === undefined ? 0 : record.bound[row];
  if (side === 0) {
    const outlying = (residual * residual) / (total * OUTLIER_SIGMAS * OUTLIER_SIGMAS);
    if (outlying > 1) d += total * (outlying - 1);
  } else {
    const site = boundedSite(side, residual, total);
    residual = site.residual;
    d += site.extra;
    lnFactor = site.lnFactor;
  }
  scratch.residual[at] = residual;
  scratch.gain[at] = gain;
  scratch.diagonal[at] = d;
  scratch.shared[at] = (slope * record.common_ppm) / record.noise_ppm;
  return lnFactor;
}

/** exp(ln r / l) and exp(n / l): kernels of pairs are ratios of these. */
function fillKernels(
  shapes: PlumeShapes,
  active: Int32Array,
  count: number,
  error: FieldError,
  { byRadius, byAcross, byLump, byShift, lump }: ShortScratch,
): void {
  for (let i = 0; i < count; i++) {
    byRadius[i] = Math.exp(shapes.lnRadius[active[i]] / error.lnRadiusLength);
    byAcross[i] = Math.exp(shapes.across[active[i]] / error.acrossLength);
    byLump[i] = Math.exp(shapes.lnRadius[active[i]] / error.lumpLength);
    byShift[i] = Math.exp(shapes.lnRadius[active[i]] / error.shiftLength);
    lump[i] = lumpOf(shapes.across[active[i]], error);
  }
}

function ratio(values: Float64Array, i: number, j: number): number {
  return values[i] < values[j] ? values[i] / values[j] : values[j] / values[i];
}

/** Lower triangle, row by row, of the covariance of the active rows. */
function fillCovariance(
  record: ShortRecord,
  shapes: PlumeShapes,
  error: FieldError,
  count: number,
  scratch: ShortScratch,
): void {
  const size = (count * (count + 1)) / 2;
  if (scratch.factor.length < size) scratch.factor = new Float64Array(Math.max(size, 2 * scratch.factor.length));
  const { factor, active, gain, diagonal, byRadius, byAcross, byLump, byShift, along, aside, lump } = scratch;
  const [a2, d2] = [error.amplitude ** 2, error.shift ** 2];
  const [w2, h2] = [error.width ** 2, error.height ** 2];
  const [e2, v2] = [error.exponent ** 2, error.widthExponent ** 2];
  let meanRadius = 0;
  for (let i = 0; i < count; i++) meanRadius += shapes.lnRadius[active[i]] / count;
  const isOneTime = record.time_s[active[0]] === record.time_s[active[count - 1]];
  for (let i = 0, at = 0; i < count; i++) {
    const row = active[i];
    const shift = d2 * shapes.across[row];
    const width = w2 * shapes.width[row];
    const height = h2 * shapes.height[row];
    const beyond = shapes.lnRadius[row] - meanRadius;
    const exponent = e2 * beyond;
    const widening = v2 * beyond * shapes.width[row];
    for (let j = 0; j <= i; j++, at++) {
      const other = active[j];
      const since = isOneTime ? 1 : Math.exp(-Math.abs(record.time_s[row] - record.time_s[other]) / error.time_s);
      const passing =
        ratio(byRadius, i, j) * (a2 + width * shapes.width[other]) +
        lump[i] * lump[j] * ratio(byAcross, i, j) * ratio(byLump, i, j) +
        shift * shapes.across[other] * ratio(byShift, i, j);
      const z =
        since * passing +
        (exponent + widening * shapes.width[other]) * (shapes.lnRadius[other] - meanRadius) +
        height * shapes.height[other] +
        along[i] * along[j] +
        aside[i] * aside[j];
      factor[at] = gain[i] * gain[j] * z;
    }
    factor[at - 1] += diagonal[i];
  }
}

/** In place, packed lower triangle [n (n + 1) / 2]; returns ln det. */
function cholesky(a: Float64Array, n: number): number {
  let lnDet = 0;
  for (let i = 0, rowI = 0; i < n; rowI += ++i) {
    for (let j = 0, rowJ = 0; j <= i; rowJ += ++j) {
      let sum = a[rowI + j];
      for (let k = 0; k < j; k++) sum -= a[rowI + k] * a[rowJ + k];
      if (i === j) {
        const pivot = Math.max(sum, 1e-12);
        lnDet += Math.log(pivot);
        a[rowI + i] = Math.sqrt(pivot);
      } else a[rowI + j] = sum / a[rowJ + j];
    }
  }
  return lnDet;
}

/** Solves L x = b in place. */
function solveLower(factor: Float64Array, b: Float64Array, n: number): void {
  for (let i = 0, row = 0; i < n; row += ++i) {
    let sum = b[i];
    for (let k = 0; k < i; k++) sum -= factor[row + k] * b[k];
    b[i] = sum / factor[row + i];
  }
}
