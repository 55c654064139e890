/**
 * The sealed truth of an exercise cube: sources, wind and the digest of the true amount map, encoded as the truth of
 * flights is (../seal.ts). The map itself is not inside: the same seed and options make it again, and the digest says so.
 */
import { type Digest, digestOf } from '@plumeline/core';
import { asciiToBytes } from '../ascii.ts';
import { applyKeyStream } from '../seal.ts';
import type { CubeTruth } from './simulate-cube.ts';

export const CUBE_SEAL_HEADER = 'PLUMELINE-SEALED-CUBE-1\n';

export interface SealedCubeTruth {
  readonly format: 'plumeline-cube-truth-1';
  readonly exercise: true;
  readonly regime: string;
  readonly seed: number;
  readonly sources: readonly {
    readonly line: number;
    readonly sample: number;
    readonly rate_kgph: number;
  }[];
  readonly windSpeed_mps: number;
  readonly windFrom_deg: number;
  /** SHA-256 of the amount map's bytes, float32 little endian, line x sample. */
  readonly enhancementDigest: Digest;
}

/** Bytes of the sealed file and the digest of what is in it, which the briefing states before anybody looks. */
export function sealCubeTruth(truth: CubeTruth): { readonly bytes: Uint8Array; readonly digest: Digest } {
  const { windEast_mps, windNorth_mps } = truth.weather;
  const content: SealedCubeTruth = {
    format: 'plumeline-cube-truth-1',
    exercise: true,
    regime: truth.regime,
    seed: truth.seed,
    sources: truth.sources.map(({ line, sample, rate_kgph }) => ({ line, sample, rate_kgph })),
    windSpeed_mps: Math.hypot(windEast_mps, windNorth_mps),
    windFrom_deg: ((Math.atan2(-windEast_mps, -windNorth_mps) * 180) / Math.PI + 360) % 360,
    enhancementDigest: digestOf(littleEndianBytes(truth.enhancement_ppmm)),
  };
  const plain = asciiToBytes(`${JSON.stringify(content)}\n`);
  const header = asciiToBytes(CUBE_SEAL_HEADER);
  const bytes = new Uint8Array(header.length + plain.length);
  bytes.set(header);
  bytes.set(applyKeyStream(plain), header.length);
  return { bytes, digest: digestOf(plain) };
}

function littleEndianBytes(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    view.setFloat32(i * 4, value, true);
  });
  return new Uint8Array(view.buffer);
}
