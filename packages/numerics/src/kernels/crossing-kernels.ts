/** The kernels of the crossing tables of a flight: what they do and how their memory is laid out. */

/** Samples within so many widths of a crossing's centre see it. */
export const WINDOW_WIDTHS = 3.7;
/** ln likelihood ratios not above this are nothing. */
export const LEAST_LN = -45;
/** Arrays of a pass, in this order, each of `passStride(count)` numbers. */
export const PASS_ARRAYS = [
  'time_s',
  'value',
  'variance',
  'drift',
  'correlation',
  'mean',
  'spread',
  'lnBefore',
  'constant',
  'linear',
  'curvature',
] as const;

export function passStride(count: number): number {
  return count + 2;
}

/**
 * Places are counted in float64 numbers from the start of the memory, those of float32 arrays too (two to a place).
 * Tables are [row x peak]; `peaks` is a multiple of 4. ln tables are float64, tables of likelihoods float32.
 */
export interface CrossingKernels {
  readonly kind: 'wasm' | 'plain';
  /** The memory, at least `length` numbers of it. Views got before are void after a call that grew it. */
  reserve(length: number): Float64Array;
  /**
   * out [rows x peaks]: ln of how much likelier the pass (`PASS_ARRAYS`) is with a crossing at first + i step [s] with
   * each of the peaks at `peak` [ppm], rising, than in clean air; 0 where no sample sees it, -Infinity from the first
   * peak on that is not above `LEAST_LN`. Returns the largest, at least 0. `shape` is scratch of the pass's stride.
   */
  crossWidth(
    pass: number,
    count: number,
    first_s: number,
    step_s: number,
    width_s: number,
    rows: number,
    peak: number,
    peaks: number,
    fluctuation: number,
    lnClean: number,
    shape: number,
    out: number,
  ): number;
  /** out += e^(ln + shift), `length` a multiple of 4; exponents below -69 give nothing. */
  addLikelihood(ln: number, length: number, shift: number, out: number): void;
  /**
   * out row[m] = sum over g of weight[g] row[m + offset + g]; below the row stands `clean`, from peak `used` on, in both
   * rows, what stands at the last used.
   * `scratch` holds peaks + taps + 2 |offset| float32 numbers.
   */
  mixPeaks(
    from: number,
    rows: number,
    peaks: number,
    used: number,
    weight: number,
    taps: number,
    offset: number,
    clean: number,
    scratch: number,
    out: number,
  ): void;
  /** out row[i] += weight times the row of another width at the same centre: row (i - room) ratio + room, linear between rows. */
  addWidth(
    from: number,
    fromRows: number,
    out: number,
    rows: number,
    peaks: number,
    ratio: number,
    room: number,
    weight: number,
  ): void;
  /** out row[i] = mean with weights [2 reach + 1] of the rows about i stride; outside the rows stands `clean`. */
  smoothRows(
    from: number,
    rows: number,
    stride: number,
    weight: number,
    reach: number,
    peaks: number,
    clean: number,
    out: number,
    outRows: number,
  ): void;
  /**
   * out [count - 2 x rates]: likelihoods of a crossing at heights v of the plume (`peak` [count], places in the row of
   * the least rate) and rates q, seen row[peak[v] + shift + q] + unseen, linear between nodes, each height but the first
   * and last mixed with its neighbours at weight `side`. `row` names node 0; rates + 1 numbers stand before it and
   * rates + 2 behind node `last`. Rows of the scratch `height` [count] are `heightStride(rates)` apart; one
   * number behind `out` may be overwritten.
   */
  mixHeights(
    row: number,
    last: number,
    rates: number,
    peak: number,
    count: number,
    shift: number,
    seen: number,
    unseen: number,
    side: number,
    height: number,
    out: number,
  ): void;
}

export function heightStride(rates: number): number {
  return (rates + 1) & ~1;
}
