/**
 * Expected information gain of a leg [nats]: mutual information between the source and what the leg will show.
 *
 *   EIG = E_m E_y|m [ ln p(y | theta_m) - ln (1/M) sum_m' p(y | theta_m') ],   theta_m posterior draws      next-leg.md (2)
 *
 * Nested Monte Carlo (Rainforth et al. 2018); with the draws themselves as inner sample it is exact for the
 * distribution that sits on the draws and never exceeds ln M. What a leg shows, y, is: seen or not (SNR above the
 * threshold), and where seen the centroid along the leg, ln width, and ln SNR. Per source and node k of the wind's shift
 * each is Gaussian:
 *
 *   p(seen, y | theta) = (1 - miss) sum_k w_k N(centroid_k) N(ln width_k) N(ln SNR_k)   for ln SNR > ln threshold
 *   p(not seen | theta) = miss + (1 - miss) sum_k w_k Phi((ln threshold - ln SNR_k) / s_k)
 *
 * s_k holds the amplitude's spread, the error of sigma_z and the noise, so that meander, amplitude, spread and missed
 * plumes are integrated. ln SNR is amplitude and width in one, and its threshold is the same for every hypothesis, so the
 * density is normalised.
 */
import { type Crossing, cross, type Look, newCrossing } from './crossing.ts';
import { type Generator, normalFrom } from './generator.ts';
import { normalCdf } from './pass-probability.ts';
import { type CrossingSettings, lnAmplitudeSd } from './survey-model.ts';

/** Posterior draws as columns; a rate of 0 is the hypothesis that there is no source. */
export interface SourceDraws {
  readonly count: number;
  readonly x_m: ArrayLike<number>;
  readonly y_m: ArrayLike<number>;
  readonly rate_kgph: ArrayLike<number>;
}

/**
 * Nodes of the wind's shift in its standard deviations: a normal as a mixture of normals 0.62 as wide, so that
 * a narrow plume falls between no two nodes.
 */
const SHIFT_STEP = 0.9;
const SHIFT_NODES = 5;
const CELL_SD = 0.62;
const SHIFTS = Array.from({ length: SHIFT_NODES }, (_, k) => (k - (SHIFT_NODES - 1) / 2) * SHIFT_STEP);
const SHIFT_WEIGHTS = normalised(SHIFTS.map((shift) => Math.exp((-0.5 * shift * shift) / (1 - CELL_SD * CELL_SD))));

/** What a leg would show of each draw, [draw x node] unless said. */
export interface Predictions {
  readonly count: number;
  readonly nodes: number;
  readonly weight: Float64Array;
  /** -Infinity where a node sees nothing. */
  readonly lnSnr: Float64Array;
  readonly lnSnrSd: Float64Array;
  readonly centroid_m: Float64Array;
  readonly centroidSd_m: Float64Array;
  readonly lnWidth: Float64Array;
  readonly distance_m: Float64Array;
  /** [draw] */
  readonly seen: Float64Array;
  readonly length_m: number;
}

export function predict(look: Look, draws: SourceDraws, shiftSd_rad: number, settings: CrossingSettings): Predictions {
  const size = draws.count * SHIFT_NODES;
  const column = () => new Float64Array(size);
  const p: Predictions = {
    count: draws.count,
    nodes: SHIFT_NODES,
    weight: Float64Array.from(SHIFT_WEIGHTS),
    lnSnr: column().fill(Number.NEGATIVE_INFINITY),
    lnSnrSd: column(),
    centroid_m: column(),
    centroidSd_m: column(),
    lnWidth: column(),
    distance_m: column(),
    seen: new Float64Array(draws.count),
    length_m: look.length_m,
  };
  const crossing = newCrossing();
  for (let m = 0; m < draws.count; m++) {
    for (let k = 0; k < SHIFT_NODES; k++) {
      if (!cross(look, draws.x_m[m], draws.y_m[m], SHIFTS[k] * shiftSd_rad, crossing)) continue;
      setNode(p, m * SHIFT_NODES + k, crossing, draws.rate_kgph[m], settings);
    }
    widenByCells(p, m);
    p.seen[m] = seenProbability(p, m, settings);
  }
  return p;
}

const LEAST_SNR = 1e-30;

function setNode(
  p: Predictions,
  at: number,
  { snr, ...shape }: Crossing,
  rate: number,
  settings: CrossingSettings,
): void {
  const amplitudeSd = lnAmplitudeSd(settings.amplitudeSd);
  // The upper node stands sqrt(3) deviations of ln sigma_z off; whether a weak plume is seen hangs on that side.
  const middle = Math.log(Math.max(snr[1], LEAST_SNR));
  const verticalSd = Math.abs(Math.log(Math.max(snr[2], LEAST_SNR)) - middle) / Math.sqrt(3);
  const strength = Math.exp(middle) * rate;
  const noise = 1 / Math.max(settings.threshold, strength);
  p.lnSnr[at] = middle + Math.log(rate) - 0.5 * amplitudeSd * amplitudeSd;
  p.lnSnrSd[at] = Math.hypot(amplitudeSd, verticalSd, noise);
  p.centroid_m[at] = shape.centroid_m;
  p.centroidSd_m[at] = shape.width_m * Math.hypot(settings.centroidSd, Math.SQRT2 * noise);
  p.lnWidth[at] = Math.log(shape.width_m);
  p.distance_m[at] = shape.distance_m;
}

/** Adds what a shift inside a node's cell does to centroid and SNR, by differences between neighbouring nodes. */
function widenByCells(p: Predictions, m: number): void {
  const first = m * p.nodes;
  const [dCentroid, dSnr] = [new Float64Array(p.nodes), new Float64Array(p.nodes)];
  for (let k = 0; k < p.nodes; k++) {
    if (p.lnSnr[first + k] === Number.NEGATIVE_INFINITY) continue;
    const low = k > 0 && p.lnSnr[first + k - 1] > Number.NEGATIVE_INFINITY ? k - 1 : k;
    const high = k < p.nodes - 1 && p.lnSnr[first + k + 1] > Number.NEGATIVE_INFINITY ? k + 1 : k;
    if (low === high) continue;
    const cells = CELL_SD / (SHIFT_STEP * (high - low));
    dCentroid[k] = cells * (p.centroid_m[first + high] - p.centroid_m[first + low]);
    dSnr[k] = cells * (p.lnSnr[first + high] - p.lnSnr[first + low]);
  }
  for (let k = 0; k < p.nodes; k++) {
    p.centroidSd_m[first + k] = Math.hypot(p.centroidSd_m[first + k], dCentroid[k]);
    p.lnSnrSd[first + k] = Math.hypot(p.lnSnrSd[first + k], dSnr[k]);
  }
}

function seenProbability(p: Predictions, m: number, settings: CrossingSettings): number {
  const threshold = Math.log(settings.threshold);
  let sum = 0;
  for (let k = 0; k < p.nodes; k++) {
    const at = m * p.nodes + k;
    if (p.lnSnr[at] > Number.NEGATIVE_INFINITY) {
      sum += p.weight[k] * normalCdf((p.lnSnr[at] - threshold) / p.lnSnrSd[at]);
    }
  }
  return settings.otherCause + (1 - settings.otherCause) * (1 - settings.miss) * sum;
}

/** Density of what is seen of another cause: uniform along the leg, ln width over 3, ln SNR over 5. */
const OTHER_LN_WIDTH_SPAN = 3;
const OTHER_LN_SNR_SPAN = 5;

/** One outcome of flying a leg. */
export interface Outcome {
  isSeen: boolean;
  centroid_m: number;
  lnWidth: number;
  lnSnr: number;
}

/** Random numbers of the outer loop, drawn once and used for every candidate so that candidates differ by their merits. */
export interface OuterNumbers {
  readonly repeats: number;
  /** [draw x repeat x 6]: three uniforms, three normals. */
  readonly values: Float64Array;
}
const PER_OUTCOME = 6;

export function outerNumbers(count: number, repeats: number, next: Generator): OuterNumbers {
  const values = new Float64Array(count * repeats * PER_OUTCOME);
  for (let i = 0; i < values.length; i++) values[i] = i % PER_OUTCOME < 3 ? next() : normalFrom(next);
  return { repeats, values };
}

export interface ExpectedGain {
  readonly gain_nats: number;
  /** Standard error of the outer mean. */
  readonly standardError_nats: number;
}

export function expectedGain(p: Predictions, numbers: OuterNumbers, settings: CrossingSettings): ExpectedGain {
  const outcome: Outcome = { isSeen: false, centroid_m: 0, lnWidth: 0, lnSnr: 0 };
  const ready = readyNodes(p, settings);
  let unseen = 0;
  for (let m = 0; m < p.count; m++) unseen += (1 - p.seen[m]) / p.count;
  let [sum, squares] = [0, 0];
  const total = p.count * numbers.repeats;
  for (let outer = 0; outer < total; outer++) {
    const m = Math.floor(outer / numbers.repeats);
    drawOutcome(p, m, numbers.values, outer * PER_OUTCOME, settings, outcome);
    const gain = outcome.isSeen ? gainIfSeen(p, ready, m, outcome, settings) : Math.log((1 - p.seen[m]) / unseen);
    sum += gain;
    squares += gain * gain;
  }
  const mean = sum / total;
  return {
    gain_nats: Math.max(0, mean),
    standardError_nats: Math.sqrt(Math.max(0, squares / total - mean * mean) / total),
  };
}

function gainIfSeen(
  p: Predictions,
  ready: ReadyNodes,
  m: number,
  outcome: Outcome,
  settings: CrossingSettings,
): number {
  const other = otherDensity(p, settings);
  const own = other + seenDensity(p, ready, m, outcome);
  let mixture = 0;
  for (let inner = 0; inner < p.count; inner++) mixture += seenDensity(p, ready, inner, outcome);
  return Math.log(own / (other + mixture / p.count));
}

function otherDensity(p: Predictions, settings: CrossingSettings): number {
  return settings.otherCause / (p.length_m * OTHER_LN_WIDTH_SPAN * OTHER_LN_SNR_SPAN);
}

/** Draws what the leg shows of draw m, from the densities above. */
export function drawOutcome(
  p: Predictions,
  m: number,
  numbers: ArrayLike<number>,
  from: number,
  settings: CrossingSettings,
  out: Outcome,
): void {
  if (numbers[from] < settings.otherCause) {
    const [u, v] = [numbers[from + 1], numbers[from + 2]];
    out.isSeen = true;
    out.centroid_m = u * p.length_m;
    out.lnWidth = Math.log(p.length_m) - OTHER_LN_WIDTH_SPAN * v;
    out.lnSnr = Math.log(settings.threshold) + (OTHER_LN_SNR_SPAN * numbers[from]) / settings.otherCause;
    return;
  }
  let k = 0;
  for (let held = p.weight[0]; k < p.nodes - 1 && numbers[from + 1] >= held; held += p.weight[++k]);
  const at = m * p.nodes + k;
  out.lnSnr = p.lnSnr[at] + p.lnSnrSd[at] * numbers[from + 3];
  out.isSeen = numbers[from + 2] >= settings.miss && out.lnSnr > Math.log(settings.threshold);
  out.centroid_m = p.centroid_m[at] + p.centroidSd_m[at] * numbers[from + 4];
  out.lnWidth = p.lnWidth[at] + settings.widthLnSd * numbers[from + 5];
}

/** What the inner loop reads, side by side, so that it divides and roots nothing. */
interface ReadyNodes {
  /** [draw x node x (centroid, 1 / sd, ln SNR, 1 / sd, ln width, constant of the density)]; constant 0 where nothing is seen. */
  readonly fields: Float64Array;
  readonly perWidthSd: number;
  /** Per draw, where anything seen of it may lie: least and greatest centroid [m] and ln SNR. */
  readonly bounds: Float64Array;
}
const NODE_FIELDS = 6;

const INV_SQRT_2PI = 1 / Math.sqrt(2 * Math.PI);
/** exp(-16) of a node's peak adds nothing to a mixture with another cause in it. */
const FARTHEST_SQUARE = 32;

function readyNodes(p: Predictions, settings: CrossingSettings): ReadyNodes {
  const perWidthSd = 1 / settings.widthLnSd;
  const scale = (1 - settings.otherCause) * (1 - settings.miss) * INV_SQRT_2PI ** 3 * perWidthSd;
  const fields = new Float64Array(NODE_FIELDS * p.lnSnr.length);
  for (let at = 0; at < p.lnSnr.length; at++) {
    if (p.lnSnr[at] === Number.NEGATIVE_INFINITY) continue;
    const [perCentroid, perSnr] = [1 / p.centroidSd_m[at], 1 / p.lnSnrSd[at]];
    const constant = scale * p.weight[at % p.nodes] * perCentroid * perSnr;
    fields.set([p.centroid_m[at], perCentroid, p.lnSnr[at], perSnr, p.lnWidth[at], constant], NODE_FIELDS * at);
  }
  return { fields, perWidthSd, bounds: boundsOf(p) };
}

/** [draw x (least centroid, greatest, least ln SNR, greatest)]: most pairs of draws are told apart by these alone. */
function boundsOf(p: Predictions): Float64Array {
  const reach = Math.sqrt(FARTHEST_SQUARE);
  const bounds = new Float64Array(4 * p.count);
  for (let m = 0; m < p.count; m++) {
    let [nearest, farthest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let at = m * p.nodes; at < (m + 1) * p.nodes; at++) {
      if (p.lnSnr[at] === Number.NEGATIVE_INFINITY) continue;
      nearest = Math.min(nearest, p.centroid_m[at] - reach * p.centroidSd_m[at]);
      farthest = Math.max(farthest, p.centroid_m[at] + reach * p.centroidSd_m[at]);
      least = Math.min(least, p.lnSnr[at] - reach * p.lnSnrSd[at]);
      most = Math.max(most, p.lnSnr[at] + reach * p.lnSnrSd[at]);
    }
    bounds.set([nearest, farthest, least, most], 4 * m);
  }
  return bounds;
}

/** p(seen, y | theta_m) without the part of another cause. */
function seenDensity(p: Predictions, ready: ReadyNodes, m: number, y: Outcome): number {
  const { bounds } = ready;
  if (y.centroid_m < bounds[4 * m] || y.centroid_m > bounds[4 * m + 1]) return 0;
  if (y.lnSnr < bounds[4 * m + 2] || y.lnSnr > bounds[4 * m + 3]) return 0;
  const { fields, perWidthSd } = ready;
  const stop = (m + 1) * p.nodes * NODE_FIELDS;
  let sum = 0;
  for (let at = m * p.nodes * NODE_FIELDS; at < stop; at += NODE_FIELDS) {
    const c = (y.centroid_m - fields[at]) * fields[at + 1];
    if (c * c > FARTHEST_SQUARE || fields[at + 5] === 0) continue;
    const a = (y.lnSnr - fields[at + 2]) * fields[at + 3];
    const w = (y.lnWidth - fields[at + 4]) * perWidthSd;
    const square = c * c + a * a + w * w;
    if (square < FARTHEST_SQUARE) sum += fields[at + 5] * Math.exp(-0.5 * square);
  }
  return sum;
}

/** p(y | theta_m) of every draw for something that was seen, or not, on a leg: to weigh draws in flight, before a full inversion. */
export function outcomeLikelihoods(p: Predictions, y: Outcome, settings: CrossingSettings): Float64Array {
  if (!y.isSeen) return p.seen.map((seen) => 1 - seen);
  const ready = readyNodes(p, settings);
  const other = otherDensity(p, settings);
  return p.seen.map((_, m) => other + seenDensity(p, ready, m, y));
}

function normalised(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, value) => total + value, 0);
  return weights.map((value) => value / sum);
}
