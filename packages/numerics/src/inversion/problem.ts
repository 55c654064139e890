/** A flight made ready: filters and tables of its passes, less what other sources are taken to explain. */
import type { Background } from './background.ts';
import { crossingGrid, crossingTable } from './crossing-table.ts';
import type { FittedSource } from './fit.ts';
import type { FlightConditions, FlightSamples } from './flight.ts';
import { type FlightProblem, mostKappa } from './likelihood.ts';
import { viewsOf } from './pass-plumes.ts';
import type { Passes } from './passes.ts';
import type { InversionSettings } from './settings.ts';
import type { Transport } from './transport.ts';

export interface Prepared {
  readonly samples: FlightSamples;
  readonly passes: Passes;
  readonly conditions: FlightConditions;
  readonly transport: Transport;
  readonly background: Background;
  /** 1 where a sample is set aside. */
  readonly aside: Uint8Array;
}

export function problemOf(
  flight: Prepared,
  settings: InversionSettings,
  others: readonly FittedSource[],
): FlightProblem {
  const { samples, passes, conditions, transport, background, aside } = flight;
  const { count, time_s } = samples;
  const rest = Float64Array.from(samples.value_ppm);
  const variance = new Float64Array(count).fill(conditions.noise_ppm ** 2);
  for (const { signal_ppm, sd_ppm } of others) {
    for (let i = 0; i < count; i++) {
      rest[i] -= signal_ppm[i];
      variance[i] += sd_ppm[i] * sd_ppm[i];
    }
  }
  let largest = 0;
  for (let i = 0; i < count; i++) {
    if (aside[i] === 1) variance[i] = 0;
    else largest = Math.max(largest, rest[i] - background.level_ppm[i]);
  }
  let longest = 0;
  for (let j = 0; j < passes.count; j++) {
    longest = Math.max(longest, time_s[passes.start[j + 1] - 1] - time_s[passes.start[j]]);
  }
  const grid = crossingGrid(
    settings,
    conditions.noise_ppm,
    largest,
    sampleStep(time_s),
    longest,
    mostKappa(settings, conditions, transport),
  );
  const views = Array.from({ length: passes.count }, (_, j) => {
    const [from, to] = [passes.start[j], passes.start[j + 1]];
    const samplesOfPass = {
      time_s: time_s.slice(from, to),
      value_ppm: rest.slice(from, to),
      variance: variance.slice(from, to),
      driftVariance_ps: background.drift_ppm ** 2,
    };
    return viewsOf(samplesOfPass, grid, settings);
  });
  const tables = views.map((ways) => crossingTable(ways, grid, settings));
  const alongWind = passesAlongWind(flight);
  return { samples, passes, conditions, settings, transport, grid, views, tables, alongWind };
}

/** Sine of the angle between track and wind below which a pass counts as flown along it. */
const ALONG_SINE = 0.35;

/** Marks passes flown along the wind, unless all are. */
function passesAlongWind({ samples, passes, transport }: Prepared): Uint8Array {
  const along = Uint8Array.from({ length: passes.count }, (_, j) => {
    const knot = (transport.first[j] + transport.first[j + 1]) >> 1;
    const [from, to] = [passes.start[j], passes.start[j + 1] - 1];
    const dx = samples.x_m[to] - samples.x_m[from];
    const dy = samples.y_m[to] - samples.y_m[from];
    const sine = Math.abs(dx * transport.north[knot] - dy * transport.east[knot]) / Math.max(1e-9, Math.hypot(dx, dy));
    return sine < ALONG_SINE ? 1 : 0;
  });
  return along.every((one) => one === 1) ? new Uint8Array(passes.count) : along;
}

/** Median step between samples [s]. */
export function sampleStep(time_s: Float64Array): number {
  const steps = Array.from({ length: time_s.length - 1 }, (_, i) => time_s[i + 1] - time_s[i]).filter((dt) => dt > 0);
  steps.sort((a, b) => a - b);
  return steps[steps.length >> 1] ?? 1;
}
