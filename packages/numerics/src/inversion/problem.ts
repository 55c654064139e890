/** A flight made ready: filters and tables of its passes, less what other sources are taken to explain. */
import type { Background } from './background.ts';
import { type CrossingGrid, crossingGrid, crossingTable } from './crossing-table.ts';
import type { FittedSource } from './fit.ts';
import type { FlightConditions, FlightSamples } from './flight.ts';
import type { FlightProblem } from './likelihood.ts';
import { viewsOf } from './pass-plumes.ts';
import type { Passes } from './passes.ts';
import type { InversionSettings } from './settings.ts';
import { mostKappa } from './shared-nodes.ts';
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

/** The flight as if it were the only thing in the air. */
export function problemOf(flight: Prepared, settings: InversionSettings): FlightProblem {
  const { samples, passes, conditions, transport } = flight;
  const grid = gridOf(flight, settings);
  const { value_ppm } = samples;
  const variance = ownVariance(flight);
  const views = Array.from({ length: passes.count }, (_, j) =>
    viewsOfPass(flight, j, value_ppm, variance, grid, settings),
  );
  const tables = views.map((ways) => crossingTable(ways, grid, settings));
  return {
    samples,
    passes,
    conditions,
    settings,
    transport,
    grid,
    views,
    tables,
    alongWind: passesAlongWind(flight),
  };
}

/** A signal below this part of the noise changes nothing. */
const NEGLIGIBLE_PART = 1e-3;

/** The same less what other sources are taken to explain, their uncertainty added to the samples' variance. */
export function problemBeside(flight: Prepared, alone: FlightProblem, others: readonly FittedSource[]): FlightProblem {
  if (others.length === 0) return alone;
  const { samples, passes, conditions } = flight;
  const rest = Float64Array.from(samples.value_ppm);
  const variance = ownVariance(flight);
  const touched = new Uint8Array(passes.count);
  for (let j = 0; j < passes.count; j++) {
    for (const { signal_ppm, sd_ppm } of others) {
      for (let i = passes.start[j]; i < passes.start[j + 1]; i++) {
        rest[i] -= signal_ppm[i];
        if (variance[i] > 0) variance[i] += sd_ppm[i] * sd_ppm[i];
        if (signal_ppm[i] + sd_ppm[i] > NEGLIGIBLE_PART * conditions.noise_ppm) touched[j] = 1;
      }
    }
  }
  const { grid, settings } = alone;
  const views = alone.views.map((same, j) =>
    touched[j] === 0 ? same : viewsOfPass(flight, j, rest, variance, grid, settings),
  );
  const tables = alone.tables.map((same, j) => (touched[j] === 0 ? same : crossingTable(views[j], grid, settings)));
  return { ...alone, views, tables };
}

/** Variance of each sample's own error; 0 where it is set aside. */
function ownVariance({ conditions, aside }: Prepared): Float64Array {
  return Float64Array.from(aside, (one) => (one === 1 ? 0 : conditions.noise_ppm ** 2));
}

function viewsOfPass(
  { samples, passes, background }: Prepared,
  j: number,
  value_ppm: Float64Array,
  variance: Float64Array,
  grid: CrossingGrid,
  settings: InversionSettings,
) {
  const [from, to] = [passes.start[j], passes.start[j + 1]];
  return viewsOf(
    {
      time_s: samples.time_s.slice(from, to),
      value_ppm: value_ppm.slice(from, to),
      variance: variance.slice(from, to),
      driftVariance_ps: background.drift_ppm ** 2,
    },
    grid,
    settings,
  );
}

function gridOf({ samples, passes, conditions, transport, background, aside }: Prepared, settings: InversionSettings) {
  const { time_s, value_ppm } = samples;
  let largest = 0;
  for (let i = 0; i < samples.count; i++) {
    if (aside[i] === 0) largest = Math.max(largest, value_ppm[i] - background.level_ppm[i]);
  }
  let longest = 0;
  for (let j = 0; j < passes.count; j++) {
    longest = Math.max(longest, time_s[passes.start[j + 1] - 1] - time_s[passes.start[j]]);
  }
  const kappa = mostKappa(settings, conditions, transport);
  return crossingGrid(settings, conditions.noise_ppm, largest, sampleStep(time_s), longest, kappa);
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
