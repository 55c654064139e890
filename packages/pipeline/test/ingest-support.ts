/** Small flights and the shipped profiles, for the tests of ingest. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type Fault, InputError } from '@plumeline/core';
import { parseProfile, type SensorProfile } from '@plumeline/formats';
import { type IngestOptions, type InputFile, ingest } from '../src/ingest.ts';

const profileFolder = new URL('../../../profiles/', import.meta.url);
const dataFolder = new URL('../../../../shared/data/', import.meta.url);

export const OPTIONS: IngestOptions = { software: 'plumeline test', exercise: false };

export function profileText(name: string): string {
  return readFileSync(new URL(`${name}.yaml`, profileFolder), 'utf8');
}

/** A shipped profile, its text edited by replacements that must apply. */
export function profile(name: string, ...edits: readonly (readonly [string, string])[]): SensorProfile {
  let text = profileText(name);
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`${name}.yaml has no ${from}`);
    text = text.replace(from, to);
  }
  return parseProfile(text, `${name}.yaml`);
}

export function allProfiles(): SensorProfile[] {
  return readdirSync(profileFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => profile(name.replace('.yaml', '')));
}

export function hasData(name: string): boolean {
  return existsSync(new URL(`${name}/`, dataFolder));
}

/** Files of a data folder, names relative to it. */
export function dataFiles(name: string): InputFile[] {
  const folder = new URL(`${name}/`, dataFolder);
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((path) => ({ path, url: new URL(path.split('/').map(encodeURIComponent).join('/'), folder) }))
    .filter(({ url }) => statSync(url).isFile())
    .map(({ path, url }) => ({ name: path, bytes: new Uint8Array(readFileSync(url)) }));
}

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Lines of a good file of the sim_flights kind: header, then 100 rows, a drone at 10 m/s with a small plume. */
export function flightLines(rows = 100): string[] {
  const lines = ['time_utc,lat,lon,height_agl_m,leg,ch4_ppm,wind_east_to_mps,wind_north_to_mps'];
  for (let i = 0; i < rows; i++) {
    const time = new Date(Date.UTC(2025, 1, 3, 17) + i * 1000).toISOString();
    const ppm = 1.95 + 0.4 * Math.exp(-(((i - 50) / 5) ** 2)) + 0.001 * Math.sin(i * 1.7);
    lines.push(
      [
        time,
        (24.8 + i * 9e-5).toFixed(7),
        '-107.4000000',
        '12.50',
        Math.floor(i / 50),
        ppm.toFixed(5),
        '3.000',
        '-1.500',
      ].join(','),
    );
  }
  return lines;
}

export function flight(lines: readonly string[], name = 'f1_1.csv'): InputFile {
  return { name, bytes: bytesOf(`${lines.join('\n')}\n`) };
}

/** Lines with one cell replaced; `row` is the file's line from 1. */
export function withCell(lines: readonly string[], row: number, column: string, value: string): string[] {
  const index = lines[0].split(',').indexOf(column);
  if (index < 0) throw new Error(`no column ${column}`);
  return lines.map((line, at) =>
    at === row - 1
      ? line
          .split(',')
          .map((cell, i) => (i === index ? value : cell))
          .join(',')
      : line,
  );
}

export function faultsOf(
  files: readonly InputFile[],
  by: SensorProfile,
  options: Partial<IngestOptions> = {},
): readonly Fault[] {
  try {
    ingest(files, by, { ...OPTIONS, ...options });
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
}
