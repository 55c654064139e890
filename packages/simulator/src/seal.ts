/**
 * The sealed file: the truth of an exercise, encoded so that no reader takes it for JSON or CSV by accident. This is
 * no secret; what keeps the truth from being changed afterwards is its SHA-256 in the briefing.
 *
 *   "PLUMELINE-SEALED-1\n", then each byte of the ASCII JSON xor a fixed key stream
 */
import { type Digest, digestOf } from '@plumeline/core';
import { asciiToBytes } from './ascii.ts';
import type { SourceClass } from './exercise-scenario.ts';

export const SEALED_FILE_NAME = 'truth.sealed';
export const SEAL_HEADER = 'PLUMELINE-SEALED-1\n';

/** The truth of one source as it is scored. */
export interface SealedSource {
  readonly id: string;
  readonly class: SourceClass;
  readonly kind: string;
  readonly lat: number;
  readonly lon: number;
  readonly heightAgl_m: number;
  readonly extent_m: number;
  readonly nominalRate_kgph: number;
  /** Rate at which the gas that was felt had been emitted, weighted by signal; absent when nothing was felt. */
  readonly observedRate_kgph?: number;
  /** When it emitted, ISO 8601 UTC. */
  readonly on: readonly (readonly [string, string])[];
  /** Facility of the briefing's register that it is; absent for one that nobody listed. */
  readonly registeredAs?: string;
  /**
   * Per flight that came downwind of it: for how long [s], and the share of that in which the gas there had left it while
   * it emitted. Absent in older truths.
   */
  readonly flights?: readonly {
    readonly file: string;
    readonly downwind_s: number;
    readonly onShare: number;
    readonly observedRate_kgph?: number;
  }[];
  readonly detectable: boolean;
  readonly passes: readonly {
    readonly file: string;
    readonly leg: number;
    readonly snr: number;
    readonly peak_ppm: number;
  }[];
}

export interface SealedTruth {
  readonly format: 'plumeline-exercise-truth-1';
  readonly exercise: true;
  readonly name: string;
  readonly seed: number;
  /** Makes the commitment say nothing to who guesses. */
  readonly nonce: string;
  readonly substance: string;
  readonly detectabilityRule: string;
  readonly sources: readonly SealedSource[];
}

export function seal(truth: SealedTruth): { bytes: Uint8Array; digest: Digest } {
  const plain = asciiToBytes(`${JSON.stringify(truth)}\n`);
  const header = asciiToBytes(SEAL_HEADER);
  const bytes = new Uint8Array(header.length + plain.length);
  bytes.set(header);
  bytes.set(applyKeyStream(plain), header.length);
  return { bytes, digest: digestOf(plain) };
}

/** Exclusive-or with a fixed stream (Numerical Recipes' 32-bit linear congruential generator); its own inverse. */
export function applyKeyStream(bytes: Uint8Array): Uint8Array {
  let state = 0x504c554d;
  return bytes.map((byte) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return byte ^ (state >>> 24);
  });
}
