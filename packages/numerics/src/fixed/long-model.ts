/** A long record (hours to weeks) as a model to search: the filter of filter.ts, on more of the steps stage by stage. */
import { rateEvidence } from './evidence.ts';
import { type FilterInput, type FilterTrace, logLikelihood } from './filter.ts';
import type { PlaceCell, PlaceModel, Square } from './place.ts';
import type { Redundancy } from './redundancy.ts';
import { emptyResponse, fillResponse, NO_DEPARTURE, type Response, type StepTables, viewsFrom } from './response.ts';
import type { FixedSettings } from './settings.ts';

export interface LongInput extends FilterInput {
  readonly tables: StepTables;
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
const WHOLE = { departure: NO_DEPARTURE, weight: 1 };

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
  const evaluate = (square: Square, stage: number, parent?: PlaceCell): PlaceCell => {
    const { x_m, y_m, width_m } = square;
    const stride = strides[stage];
    fillResponse(problem, input.tables, square, NO_DEPARTURE, response, stride, viewsFrom(problem, square));
    const evidence = rateEvidence(
      (rate) =>
        known === undefined
          ? tempered(input, response, rate, stride)
          : tempered(input, addTo(sum, response, rate, known), 1, stride),
      parent?.rates[0].evidence.bestRate_kgph ?? GUESS_KGPH,
      settings.range,
    );
    const { lnEvidence } = evidence;
    return { x_m, y_m, width_m, lnEvidence, rates: [{ from: WHOLE, lnWeight: lnEvidence, evidence }] };
  };
  return {
    stages: strides.length,
    lnNull,
    isSharp: false,
    evaluate,
    trace(source) {
      const trace = emptyTrace(rows);
      const all = emptyResponse(rows);
      if (source !== undefined) fillResponse(problem, input.tables, source, NO_DEPARTURE, all);
      if (source !== undefined || known !== undefined) addTo(sum, all, source?.rate_kgph ?? 0, known ?? none);
      logLikelihood(input, sum, source === undefined && known === undefined ? 0 : 1, 1, trace);
      const { background_ppm, signal_ppm } = trace;
      return { background_ppm, fitted_ppm: background_ppm.map((value, row) => value + signal_ppm[row]) };
    },
    ratioIfThere(square, background_ppm) {
      const stride = Math.max(last, Math.floor(problem.steps.length / MAP_STEPS));
      const value_ppm = new Float64Array(rows);
      const fake = { ...input, problem: { ...problem, value_ppm } };
      fillResponse(problem, input.tables, square, NO_DEPARTURE, response, stride);
      return (rate) => {
        for (let row = 0; row < rows; row++) value_ppm[row] = background_ppm[row] + rate * response.mean[row];
        return tempered(fake, response, rate, stride) - tempered(fake, none, 0, stride);
      };
    },
  };
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
