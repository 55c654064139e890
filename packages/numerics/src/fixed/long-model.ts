/** A long record (hours to weeks) as a model to search: the filter of filter.ts, on more of the steps stage by stage. */
import { throughLimits } from './censored.ts';
import { rateEvidence } from './evidence.ts';
import { type FilterInput, type FilterTrace, logLikelihood } from './filter.ts';
import { heightsFor, raised } from './height-nodes.ts';
import { originError } from './origin-error.ts';
import {
  lnSum,
  type PlaceCell,
  type PlacedSource,
  type PlaceModel,
  type Square,
  type WeightedDeparture,
} from './place.ts';
import type { Redundancy } from './redundancy.ts';
import {
  emptyResponse,
  fillResponse,
  type PlumeDeparture,
  type Response,
  type StepTables,
  viewsFrom,
} from './response.ts';
import type { FixedSettings } from './settings.ts';

export interface LongInput extends FilterInput {
  /** Tables of a departure's source height. */
  readonly tablesOf: (departure: PlumeDeparture) => StepTables;
  readonly settings: FixedSettings;
  /** Readings per independent one, in time and in space (`redundancyOf`); ln L is divided by their product. */
  readonly redundancy: Redundancy;
  /** Response [ppm] of sources already found or registered, added to every hypothesis. */
  readonly known?: Response;
}

/** Steps used at the first level; four times as many at each next one. */
const FIRST_STEPS = 64;
const MAP_STEPS = 200;
const GUESS_KGPH = 1;

/** An instrument has seen a source when its signals, in deviations of noise and level, have this sum of squares. */
const SEEN_SQUARED = 100;
const STEPS_PER_PERSISTENCE = 5;

/** Every how many steps the likelihood takes at the last stage: more add work, not knowledge. */
function lastStride({ redundancy }: LongInput): number {
  return Math.max(1, Math.floor(redundancy.time / STEPS_PER_PERSISTENCE));
}

/** ln L divided by the redundancy left after taking every `stride`-th step. */
function tempered(input: LongInput, response: Response, rate: number, stride: number): number {
  const { time, space } = input.redundancy;
  return logLikelihood(input, response, rate, stride) / (Math.max(1, time / stride) * space);
}

export function longModel(input: LongInput): PlaceModel {
  const { problem, settings, known } = input;
  const rows = problem.value_ppm.length;
  const response = emptyResponse(rows);
  const sum = emptyResponse(rows);
  const last = lastStride(input);
  const strides = [last];
  for (let stride = last; stride < Math.floor(problem.steps.length / FIRST_STEPS); strides.unshift(stride)) stride *= 4;
  const none = emptyResponse(rows);
  const lnNull = known === undefined ? tempered(input, none, 0, last) : tempered(input, known, 1, last);
  const fillFor = (place: PlacedSource, out: Response, stride = 1) => {
    const departure = raised(place);
    fillResponse(problem, input.tablesOf(departure), place, departure, out, stride);
  };
  const evaluate = (square: Square, stage: number, parent?: PlaceCell): PlaceCell => {
    const { x_m, y_m, width_m } = square;
    const stride = strides[stage];
    const views = viewsFrom(problem, square);
    const evidenceOf = ({ departure }: WeightedDeparture, guess_kgph: number) => {
      fillResponse(problem, input.tablesOf(departure), square, departure, response, stride, views);
      return rateEvidence(
        (rate) =>
          known === undefined
            ? tempered(input, response, rate, stride)
            : tempered(input, addTo(sum, response, rate, known), 1, stride),
        guess_kgph,
        settings.range,
      );
    };
    const rates = heightsFor(problem, stage === strides.length - 1, parent).map((from) => {
      const before = parent?.rates.find((node) => node.from === from) ?? parent?.rates[0];
      const evidence = evidenceOf(from, before?.evidence.bestRate_kgph ?? GUESS_KGPH);
      return { from, lnWeight: Math.log(from.weight) + evidence.lnEvidence, evidence };
    });
    return { x_m, y_m, width_m, lnEvidence: lnSum(rates.map(({ lnWeight }) => lnWeight)), rates };
  };
  return {
    stages: strides.length,
    lnNull,
    isSharp: false,
    evaluate,
    trace(source) {
      const trace = emptyTrace(rows);
      const all = emptyResponse(rows);
      if (source !== undefined) fillFor(source, all);
      if (source !== undefined || known !== undefined) addTo(sum, all, source?.rate_kgph ?? 0, known ?? none);
      logLikelihood(input, sum, source === undefined && known === undefined ? 0 : 1, 1, trace);
      const { background_ppm, signal_ppm } = trace;
      return { background_ppm, fitted_ppm: background_ppm.map((value, row) => value + signal_ppm[row]) };
    },
    displacementAt(place) {
      fillFor(place, response, last);
      return originError(problem, place, seenBy(input, response, place.rate_kgph, last), settings.origin);
    },
    ratioIfThere(square, background_ppm) {
      const stride = Math.max(last, Math.floor(problem.steps.length / MAP_STEPS));
      fillFor({ ...square, rate_kgph: 1 }, response, stride);
      return (rate) => {
        const air_ppm = background_ppm.map((background, row) => background + rate * response.mean[row]);
        const fake = { ...input, problem: { ...problem, ...throughLimits(problem, air_ppm) } };
        return tempered(fake, response, rate, stride) - tempered(fake, none, 0, stride);
      };
    },
  };
}

/** Instruments that would see a source: signals in noise, squared and summed over the steps used. */
function seenBy({ problem, background }: LongInput, { mean }: Response, rate: number, stride: number): boolean[] {
  const sum = new Float64Array(problem.instruments.length);
  for (let step = 0; step < problem.steps.length; step += stride) {
    for (let row = problem.steps[step].from; row < problem.steps[step].to; row++) {
      const k = problem.instrument[row];
      sum[k] += ((rate * mean[row]) / Math.hypot(background.noise_ppm[k], background.levelSd_ppm[k])) ** 2;
    }
  }
  return Array.from(sum, (value) => value > SEEN_SQUARED);
}

function emptyTrace(rows: number): FilterTrace {
  const column = () => new Float64Array(rows);
  return { background_ppm: column(), signal_ppm: column(), innovation: column() };
}

/** Responses of the known sources [ppm] plus `rate` of this one, into `out`. */
export function addTo(out: Response, response: Response, rate: number, known: Response): Response {
  for (const column of ['mean', 'byDirection', 'byHeight', 'edge'] as const) {
    const [to, a, b] = [out[column], response[column], known[column]];
    for (let i = 0; i < to.length; i++) to[i] = rate * a[i] + b[i];
  }
  return out;
}
