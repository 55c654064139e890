/** What an answer rests on: the same flights in other air, and how far place and rate move. */
import { geodesicBetween, type Position, type Quantiles, regionContains, type SourceEstimate } from '@plumeline/core';
import { type DetectedRecording, type LocatedTogether, locateTogether, type TogetherOptions } from './locate-flight.ts';
import type { WhatIf } from './located.ts';

/** Changes that are tried: about one standard error of a wind vane, an anemometer and a turbulence estimate each way. */
export const SENSITIVITY_CHANGES: readonly WhatIf[] = [
  { windTurn_deg: -10 },
  { windTurn_deg: 10 },
  { windFactor: 1 / 1.15 },
  { windFactor: 1.15 },
  { turbulenceFactor: 1 / 1.5 },
  { turbulenceFactor: 1.5 },
];

/** One change, and what became of each source. */
export interface SensitivityRun {
  readonly change: WhatIf;
  /** In the order of the unchanged estimates; undefined where no source was claimed any more. */
  readonly sources: readonly (Moved | undefined)[];
  /** Sources claimed under the change. */
  readonly sourceCount: number;
}

export interface Moved {
  readonly position: Position;
  readonly rate_kgph: Quantiles;
  /** From the unchanged place. */
  readonly distance_m: number;
  readonly azimuth_deg: number;
  /** Median rate over the unchanged one. */
  readonly rateFactor: number;
  /** Whether the new place is inside the unchanged 90 % region. */
  readonly insideRegion90: boolean;
}

/** Runs every change on top of those already in `options`. @throws as `locateTogether`. */
export function sensitivityOf(
  recordings: readonly DetectedRecording[],
  base: LocatedTogether,
  options: TogetherOptions,
): SensitivityRun[] {
  return SENSITIVITY_CHANGES.map((change, index) => {
    const { sources } = locateTogether(recordings, {
      ...options,
      whatIf: combined(options.whatIf ?? {}, change),
      report: ({ fraction, ...step }) =>
        options.report?.({ ...step, fraction: (index + fraction) / SENSITIVITY_CHANGES.length }),
    });
    return { change, sources: base.sources.map((one) => nearestTo(one, sources)), sourceCount: sources.length };
  });
}

function combined(base: WhatIf, change: WhatIf): WhatIf {
  return {
    windTurn_deg: (base.windTurn_deg ?? 0) + (change.windTurn_deg ?? 0),
    windFactor: (base.windFactor ?? 1) * (change.windFactor ?? 1),
    turbulenceFactor: (base.turbulenceFactor ?? 1) * (change.turbulenceFactor ?? 1),
  };
}

function nearestTo(one: SourceEstimate, others: readonly SourceEstimate[]): Moved | undefined {
  const moved = others.map(({ position, rate_kgph }): Moved => {
    const { distance_m, azimuth_deg } = geodesicBetween(one.position, position);
    return {
      position,
      rate_kgph,
      distance_m,
      azimuth_deg,
      rateFactor: rate_kgph.p50 / one.rate_kgph.p50,
      insideRegion90: regionContains(one.region90, position),
    };
  });
  return moved.sort((a, b) => a.distance_m - b.distance_m)[0];
}
