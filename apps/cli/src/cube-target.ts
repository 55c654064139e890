/** The gas target that a person names on the command line: a CSV, or mag1c's radiance table. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type SubstanceKey, substanceOf } from '@plumeline/core';
import { type GasTarget, parseRadianceLut, parseTargetCsv } from '@plumeline/pipeline';
import { inputError } from './explain.ts';

export interface TargetOptions {
  readonly substance?: SubstanceKey;
  readonly targetPer?: number;
}

/** `path` is a CSV, a radiance table's header or data, or the folder that holds one. @throws InputError */
export function loadTarget(path: string, { substance = 'methane', targetPer }: TargetOptions): GasTarget {
  if (substanceOf(substance) === undefined) {
    throw inputError(
      'substance-unknown',
      `The library has no substance "${substance}".`,
      'Give a key such as methane.',
    );
  }
  if (!existsSync(path)) throw inputError('target-missing', `There is no file or folder ${path}.`, 'Check the path.');
  const table = tableAt(path);
  if (table !== undefined) {
    return parseRadianceLut(
      readFileSync(table.header, 'latin1'),
      readFileSync(table.data),
      basename(table.data),
      substance,
    );
  }
  return parseTargetCsv(readFileSync(path, 'utf8'), basename(path), {
    substance,
    ...(targetPer === undefined ? {} : { per_ppmm: targetPer }),
  });
}

function tableAt(path: string): { header: string; data: string } | undefined {
  if (statSync(path).isDirectory()) {
    const name = readdirSync(path).find((each) => each.endsWith('.lut'));
    if (name !== undefined) return tableAt(join(path, name));
    throw inputError('target-missing', `The folder ${path} has no radiance table (.lut).`, 'Give a target as CSV.');
  }
  const stem = /^(.*)\.(lut|hdr)$/.exec(path)?.[1];
  return stem === undefined ? undefined : { header: `${stem}.hdr`, data: `${stem}.lut` };
}
