/** Which data file belongs to which header, in all the ways that instruments and programs name them. */
import type { CubeFiles } from '@plumeline/core';
import { cubeError } from '../cube/cube-fault.ts';

/** Endings of data files beside `name.hdr`, in the order tried when several stand beside it; '' is no ending. */
const DATA_ENDINGS = [
  '',
  '.img',
  '.dat',
  '.bil',
  '.bip',
  '.bsq',
  '.raw',
  '.rdn',
  '.rfl',
  '.sli',
  '.slb',
  '.bin',
  '.envi',
];
const HEADER = /\.hdr$/i;

/**
 * Header and data names from either: `cube.hdr` with `cube`, `cube.img`, `cube.bil` ...; `cube.img.hdr` with
 * `cube.img`; any letter case. @throws InputError when the partner is missing or two data files could be meant.
 */
export function findEnviPair(files: CubeFiles, name: string): { header: string; data: string } {
  const byLower = new Map<string, string>();
  for (const other of files.names) byLower.set(other.toLowerCase(), byLower.get(other.toLowerCase()) ?? other);
  const existing = (candidate: string): string | undefined =>
    files.names.includes(candidate) ? candidate : byLower.get(candidate.toLowerCase());
  return HEADER.test(name) ? fromHeader(existing, name) : fromData(existing, name);
}

type Existing = (candidate: string) => string | undefined;

function fromHeader(existing: Existing, header: string): { header: string; data: string } {
  const stem = header.replace(HEADER, '');
  const found = [...new Set(DATA_ENDINGS.map((ending) => existing(stem + ending)).filter((one) => one !== undefined))];
  // `cube.img.hdr` and `cube` names its file fully: the exact stem is the data, whatever else lies there.
  const exact = existing(stem);
  if (exact !== undefined) return { header, data: exact };
  if (found.length === 1) return { header, data: found[0]! };
  throw cubeError(
    header,
    found.length === 0 ? 'envi-data-missing' : 'envi-data-ambiguous',
    found.length === 0
      ? `There is no data file beside the header (${stem}, ${stem}.img, ${stem}.bil ...).`
      : `The header could belong to ${found.join(' or ')}.`,
    found.length === 0
      ? 'Put the data file beside its header, with the same name.'
      : 'Name each header like its data file with .hdr behind, e.g. cube.img.hdr.',
  );
}

function fromData(existing: Existing, data: string): { header: string; data: string } {
  const stem = data.replace(/\.[^./]*$/, '');
  const header = existing(`${data}.hdr`) ?? existing(`${stem}.hdr`);
  if (header !== undefined) return { header, data };
  throw cubeError(
    data,
    'envi-header-missing',
    `There is no header beside the data file (${data}.hdr or ${stem}.hdr).`,
    'Put the .hdr file beside it, with the same name.',
  );
}

/** The companion raster (`_glt`, `_igm`, `_loc`) of a cube: `x_rdn_v1_img` has `x_rdn_v1_glt`; undefined when none lies there. */
export function findCompanion(files: CubeFiles, header: string, kinds: readonly string[]): string | undefined {
  const stem = header.replace(HEADER, '').replace(/\.(img|dat|bil|bip|bsq|raw|rdn|rfl|bin|envi)$/i, '');
  const root = stem.replace(/_(img|rdn|rfl|radiance|reflectance|clip|obs)$/i, '');
  const names = new Map(files.names.map((name) => [name.toLowerCase(), name]));
  for (const base of new Set([stem, root])) {
    for (const kind of kinds) {
      for (const ending of ['', '.img', '.dat', '.bil', '.bip', '.bsq', '.raw']) {
        const found = names.get(`${base}_${kind}${ending}.hdr`.toLowerCase());
        if (found !== undefined) return found;
      }
    }
  }
  return undefined;
}
