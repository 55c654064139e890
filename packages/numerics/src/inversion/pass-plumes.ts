/**
 * The ways of looking at a pass. A pass that two plumes cross is explained by no single crossing, and without this a
 * place that explains one of them would lose to one far upwind whose wide plume spreads over both. So where a pair of
 * crossings is much likelier than one, the pass is also given with either of them taken out, at the prior probability
 * that a pass shows something else besides.
 */
import type { CrossingKernels } from '../kernels/crossing-kernels.ts';
import { type PassFilter, passFilter } from './crossing-filter.ts';
import { laidPass, passLength, sharedCrossingKernels } from './crossing-rows.ts';
import { type CrossingGrid, type PassView, PEAK_LN_STEP } from './crossing-table.ts';
import type { InversionSettings } from './settings.ts';

/** One pass's samples; variance 0 marks one that is set aside. */
export interface PassSamples {
  readonly time_s: Float64Array;
  readonly value_ppm: Float64Array;
  readonly variance: Float64Array;
  readonly driftVariance_ps: number;
}

interface Plume {
  readonly tau_s: number;
  readonly width_s: number;
  readonly peak_ppm: number;
  readonly ln: number;
}

/** ln prior of where, how wide and how strong another plume is: one of some hundred that can be told apart. */
const LN_ONE_OF_MANY = -5;
/** A single crossing must be this much likelier than clean air before a pair is tried [nats]. */
const LEAST_SINGLE_LN = 15;
/** What is left uncertain of a plume that is taken out, besides its fluctuation, as a part of it. */
const LEFT_PART = 0.15;
const WIDTH_STRIDE = 2;
const PEAK_STRIDE = 2;
const TAU_STRIDE_WIDTHS = 0.8;

export function viewsOf(samples: PassSamples, grid: CrossingGrid, settings: InversionSettings): PassView[] {
  const pass = filterOf(samples, samples.value_ppm, samples.variance, settings);
  const whole: PassView = { pass, lnWeight: 0 };
  const singles = bestOfEachWidth(pass, grid, settings);
  const single = likeliest(singles);
  if (single.ln < LEAST_SINGLE_LN) return [whole];
  let pair: [Plume, Plume] | undefined;
  let best = single.ln - Math.log(settings.otherCause) - LN_ONE_OF_MANY;
  for (const start of singles) {
    if (start.ln < LEAST_SINGLE_LN) continue;
    const second = likeliest(bestOfEachWidth(without(samples, start, settings), grid, settings));
    const rest = without(samples, second, settings);
    const first = likeliest(bestOfEachWidth(rest, grid, settings));
    const ln = first.ln + rest.lnClean - pass.lnClean;
    if (ln <= best) continue;
    best = ln;
    pair = [first, second];
  }
  if (pair === undefined) return [whole];
  const lnOther = Math.log(settings.otherCause) + LN_ONE_OF_MANY;
  return [
    whole,
    ...pair.map((plume) => {
      const rest = without(samples, plume, settings);
      return { pass: rest, lnWeight: lnOther + rest.lnClean - pass.lnClean };
    }),
  ];
}

function filterOf(samples: PassSamples, value: Float64Array, variance: Float64Array, settings: InversionSettings) {
  return passFilter(samples.time_s, value, variance, samples.driftVariance_ps, settings.fluctuationTime_s);
}

/** The pass less one plume, what is uncertain of it added to the samples' variance. */
function without(samples: PassSamples, plume: Plume, settings: InversionSettings): PassFilter {
  const part2 = settings.fluctuation ** 2 + LEFT_PART ** 2;
  const signal = samples.time_s.map((t) => plume.peak_ppm * Math.exp(-0.5 * ((t - plume.tau_s) / plume.width_s) ** 2));
  return filterOf(
    samples,
    samples.value_ppm.map((value, i) => value - signal[i]),
    samples.variance.map((variance, i) => (variance === 0 ? 0 : variance + part2 * signal[i] * signal[i])),
    settings,
  );
}

function likeliest(plumes: readonly Plume[]): Plume {
  return plumes.reduce((best, plume) => (plume.ln > best.ln ? plume : best));
}

/** The likeliest crossing inside the pass at every second width of the grid. */
function bestOfEachWidth(
  pass: PassFilter,
  grid: CrossingGrid,
  settings: InversionSettings,
  kernels: CrossingKernels = sharedCrossingKernels(),
): Plume[] {
  const { time_s, count } = pass;
  const first_s = time_s[0];
  const duration_s = time_s[count - 1] - first_s;
  const peaks = Math.ceil(grid.peaks / PEAK_STRIDE);
  const width = 4 * Math.ceil(peaks / 4);
  const rowsOf = (w: number) => Math.floor(duration_s / (TAU_STRIDE_WIDTHS * w)) + 1;
  const peak = passLength(count);
  const out = peak + width;
  const memory = kernels.reserve(out + rowsOf(grid.widths_s[0]) * width);
  for (let m = 0; m < width; m++) memory[peak + m] = grid.least_ppm * Math.exp(m * PEAK_STRIDE * PEAK_LN_STEP);
  const cross = laidPass(kernels, memory, 0, pass, peak, width, settings.fluctuation);
  const plumes: Plume[] = [];
  for (let k = 0; k < grid.widths_s.length; k += WIDTH_STRIDE) {
    const width_s = grid.widths_s[k];
    const step_s = TAU_STRIDE_WIDTHS * width_s;
    const rows = rowsOf(width_s);
    cross({ first_s, step_s, width_s, rows }, out);
    let best = out;
    for (let i = 0; i < rows; i++) {
      const row = out + i * width;
      for (let m = 0; m < peaks; m++) if (memory[row + m] > memory[best]) best = row + m;
    }
    const m = (best - out) % width;
    const tau_s = first_s + ((best - out - m) / width) * step_s;
    plumes.push({ tau_s, width_s, peak_ppm: memory[peak + m], ln: memory[best] });
  }
  return plumes;
}
