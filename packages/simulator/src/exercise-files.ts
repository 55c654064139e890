/** Files of an exercise that the operator gets: flights as CSV and the briefing as JSON. */
import type { Digest, Instant, LocalFrame, SubstanceKey } from '@plumeline/core';
import { asciiToBytes } from './ascii.ts';
import type { SimulatedSamples } from './simulate-flight.ts';

/** `briefing.json`: what the operator knows. The top level has the fields that readers of operator facts look for. */
export interface Briefing {
  readonly format: 'plumeline-exercise-briefing-1';
  readonly exercise: true;
  readonly marking: 'EXERCISE';
  readonly name: string;
  readonly substance: SubstanceKey;
  /** South-west and north-east corner of the search area, longitude first [deg]. */
  readonly area: readonly (readonly [number, number])[];
  readonly noise_ppm: number;
  readonly roughness_m: number;
  readonly sigma_v_mps: number;
  readonly sigma_w_mps: number;
  readonly instrument: {
    readonly lag_s: number;
    readonly response_s: number;
    readonly averaging_s: number;
    readonly detectionLimit_ppm?: number;
  };
  /** Facilities that may emit lawfully, as a register has them: some hundred metres off, some silent, some missing. */
  readonly register: readonly {
    readonly name: string;
    readonly kind: string;
    readonly lat: number;
    readonly lon: number;
  }[];
  readonly flights: readonly BriefedFlight[];
  /** Commitment: SHA-256 of the truth inside the sealed file. */
  readonly truth: { readonly file: string; readonly algorithm: 'SHA-256'; readonly digest: Digest };
}

export interface BriefedFlight {
  readonly file: string;
  readonly purpose: 'survey' | 'box';
  readonly startAt: Instant;
  readonly endAt: Instant;
  readonly samples: number;
  readonly heightAgl_m: number;
  readonly forecastWindFrom_deg: number;
  readonly forecastWindSpeed_mps: number;
}

export function encodeBriefing(briefing: Briefing): Uint8Array {
  return asciiToBytes(`${JSON.stringify(briefing, undefined, 2)}\n`);
}

/** Rows in time order; the gas column is named for the substance (`ch4_ppm` for methane). */
export function encodeSamples(samples: SimulatedSamples, frame: LocalFrame, substance: SubstanceKey): Uint8Array {
  const gas = substance === 'methane' ? 'ch4_ppm' : `${substance.replaceAll('-', '_')}_ppm`;
  const lines = [`time_utc,lat,lon,height_agl_m,leg,${gas},wind_east_to_mps,wind_north_to_mps`];
  for (let i = 0; i < samples.time_s.length; i++) {
    const { lat, lon } = frame.toPosition(samples.x_m[i], samples.y_m[i]);
    lines.push(
      [
        instantOf(samples.time_s[i]),
        lat.toFixed(7),
        lon.toFixed(7),
        samples.heightAgl_m[i].toFixed(2),
        samples.leg[i],
        samples.moleFraction_ppm[i].toFixed(5),
        samples.windEast_mps[i].toFixed(3),
        samples.windNorth_mps[i].toFixed(3),
      ].join(','),
    );
  }
  return asciiToBytes(`${lines.join('\n')}\n`);
}

export function instantOf(time_s: number): Instant {
  return new Date(time_s * 1000).toISOString();
}

export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
