/** A cube's header and its operator's facts as a recording, or every reason why it cannot be one. */
import {
  type CubeHeader,
  type Digest,
  type Exclusion,
  type Fault,
  type Imaging,
  InputError,
  MASK_REASONS,
  type MaskReason,
  type Recording,
  recordIdOf,
  requireQuantity,
} from '@plumeline/core';
import { roundDegrees } from '../estimate-geometry.ts';
import type { CubeFacts } from './cube-facts.ts';
import type { BandTarget } from './gas-target.ts';
import type { PixelPlaces } from './pixel-places.ts';

export interface CubeIdentity {
  /** Name that a person recognises. */
  readonly name: string;
  /** Original files with what names their bytes. */
  readonly files: Recording['files'];
  readonly software: string;
  readonly exercise: boolean;
  /** Digest of the facts and target that were used. */
  readonly settingsDigest: Digest;
}

/** What can be said before a pixel is read. @throws InputError with every fault */
export function checkCube(header: CubeHeader, facts: CubeFacts): { readonly startAt: string; readonly endAt: string } {
  const faults: Fault[] = [];
  const place = { file: header.file };
  try {
    const { kind } = requireQuantity(header);
    if (kind !== 'radiance') {
      const remedy = 'Give the radiance product; gas is looked for in radiance.';
      faults.push({ code: 'cube-not-radiance', message: `The cube holds ${kind}.`, remedy, place });
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    faults.push(...error.faults);
  }
  const startAt = header.acquisition.startAt ?? facts.startAt;
  if (startAt === undefined) {
    const message = 'The file does not say when it was flown.';
    const remedy = 'State it: --at 2026-02-03T17:05:00Z, or startAt in the facts.';
    faults.push({ code: 'cube-time-missing', message, remedy, place });
  }
  if (faults.length > 0 || startAt === undefined) throw new InputError(faults);
  const endAt = header.acquisition.endAt ?? facts.endAt ?? startAt;
  return { startAt, endAt: endAt < startAt ? startAt : endAt };
}

export interface IngestedCube {
  readonly header: CubeHeader;
  readonly facts: CubeFacts;
  readonly target: BandTarget;
  readonly places: PixelPlaces;
  readonly identity: CubeIdentity;
}

/** @param masked pixels that each reason left out */
export function recordingOf(
  { header, facts, target, places, identity }: IngestedCube,
  usablePixels: number,
  masked: Readonly<Record<MaskReason, number>>,
): Recording {
  const { startAt, endAt } = checkCube(header, facts);
  const { name, files, software, exercise, settingsDigest } = identity;
  const { lines, columns } = header;
  const corners = [
    [0, 0],
    [columns, 0],
    [columns, lines],
    [0, lines],
  ].map(([column, line]) => {
    const { lat, lon } = places.at(column!, line!);
    return [roundDegrees(lon), roundDegrees(lat)] as const;
  });
  const imaging: Imaging = {
    lines,
    columns,
    bands: target.bands.length,
    from_nm: target.wavelength_nm[0]!,
    to_nm: target.wavelength_nm.at(-1)!,
    pixel_m: Number(places.pixel_m.toPrecision(6)),
    corners,
    ...(facts.wind === undefined ? {} : { wind: facts.wind }),
  };
  const lons = corners.map(([lon]) => lon);
  const lats = corners.map(([, lat]) => lat);
  const objects = [...new Set(files.map(({ digest }) => digest))];
  return {
    kind: 'recording',
    id: recordIdOf('recording', { objects: [...objects].sort(), settingsDigest, name, exercise, software }),
    exercise,
    name,
    substance: target.substance,
    startAt,
    endAt,
    sampleCount: usablePixels,
    excluded: MASK_REASONS.filter((reason) => masked[reason] > 0).map((reason) =>
      exclusion(reason, masked[reason], header),
    ),
    files,
    extent: [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)],
    imaging,
    provenance: {
      objects,
      derivedFrom: [],
      profile: { name: `cube-${header.format}`, digest: settingsDigest },
      software,
      settings: { target: target.name, bands: target.bands.length },
    },
  };
}

const REASONS: Readonly<Record<MaskReason, string>> = {
  noData: "Pixels that hold the file's no-data value.",
  nonFinite: 'Pixels with a number that is infinite or none.',
  saturated: 'Pixels at the ceiling of the detector.',
  flat: 'Pixels with one same number in every band: fill.',
};

function exclusion(reason: MaskReason, count: number, { file, lines }: CubeHeader): Exclusion {
  return { code: `pixel-${reason.toLowerCase()}`, reason: REASONS[reason], file, count, firstRow: 1, lastRow: lines };
}
