/** The app over memory, and ways to send files to it. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError, type PlumelineRecord } from '@plumeline/core';
import type { IngestedRecording } from '@plumeline/pipeline';
import { type Analysis, directAnalysis } from '../../src/analysis.ts';
import { buildApp } from '../../src/app.ts';
import type { Basemap } from '../../src/basemap.ts';
import type { HttpApp } from '../../src/http/http-app.ts';
import { workOnUploads } from '../../src/process-job.ts';
import type { ProfileFile } from '../../src/profiles.ts';
import { profileFrom } from '../../src/profiles.ts';
import type { ServerPorts } from '../../src/server-ports.ts';
import { findingNamed, SOFTWARE } from './findings.ts';
import { MemoryJobs, MemoryObjects, MemoryRecords } from './memory-ports.ts';

export const HOST = '127.0.0.1:4780';

export const testProfile: ProfileFile = profileFrom(
  'test-flight.yaml',
  new TextEncoder().encode(`profile: 1
name: test-flight
title: A flight for tests
substance: methane
match: { files: ['*.csv'], columns: [ch4] }
time: { columns: [time], format: unix_s, zone: UTC }
position: { lat: { column: lat, unit: deg }, lon: { column: lon, unit: deg } }
height: { constant_m: 100 }
concentration: { column: ch4, unit: ppm, lag_s: 0, averaging_s: 1 }
wind: { absent: tests do not locate }
defaults: { airTemperature_K: 293, airPressure_Pa: 101325 }
`),
);

/** The same reader under the name that exercises ask for. */
export const exerciseProfile: ProfileFile = profileFrom(
  'plumeline-exercise.yaml',
  new TextEncoder().encode(
    new TextDecoder()
      .decode(testProfile.bytes)
      .replace('name: test-flight', 'name: plumeline-exercise\nexercise: true'),
  ),
);

/** Stands in for the pipeline: what it "finds" in a file is the finding of that name. */
export class ScriptedAnalysis implements Analysis {
  readonly reads: string[] = [];
  /** Work waits for this, so that a test can look at a running job. */
  gate: Promise<void> = Promise.resolve();

  async examine(files: Parameters<Analysis['examine']>[0], profiles: Parameters<Analysis['examine']>[1]) {
    const faults = files
      .filter(({ bytes }) => new TextDecoder().decode(bytes).includes('NaN'))
      .map(({ name }) => ({
        code: 'value-not-a-number',
        message: 'The value is not a number.',
        remedy: 'Leave the field empty where there is no value.',
        place: { file: name, row: 2, column: 'ch4' },
      }));
    if (faults.length > 0) throw new InputError(faults);
    return { profile: profiles[0]!.name, recordings: files.length };
  }

  async read(files: Parameters<Analysis['read']>[0]): Promise<IngestedRecording[]> {
    return files.map(({ name }) => {
      this.reads.push(name);
      const { recording } = findingNamed(stem(name), { profileDigest: testProfile.digest });
      return { recording, series: seriesOf(recording.sampleCount) };
    });
  }

  async process(
    files: Parameters<Analysis['process']>[0],
    _profile: Parameters<Analysis['process']>[1],
    options: Parameters<Analysis['process']>[2],
  ) {
    options.report?.({ stage: 'locate', fraction: 0.5 });
    await this.gate;
    const found = files.map(({ name }) =>
      findingNamed(stem(name), { exercise: options.exercise, profileDigest: testProfile.digest }),
    );
    return {
      records: found.flatMap(({ recording, detection, estimate, site }): PlumelineRecord[] => [
        recording,
        detection,
        estimate,
        site,
      ]),
      models: found.map(({ recording }) => ({
        recordingId: recording.id,
        background_ppm: new Float64Array(recording.sampleCount).fill(1.9),
        fitted_ppm: new Float64Array(recording.sampleCount).fill(2),
      })),
    };
  }

  async exercise(seed: number) {
    const files = [{ name: `exercise-${seed}.csv`, bytes: new TextEncoder().encode('time,lat,lon,ch4\n') }];
    return { name: `Exercise ${seed}`, files };
  }

  makeReady = directAnalysis.makeReady;
  relocate = directAnalysis.relocate;
  nextLegs = directAnalysis.nextLegs;
}

function stem(name: string): string {
  return name.replace(/\.csv$/, '');
}

/** A straight track with one sharp peak at sample 321 and a gap in the wind at sample 0. */
export const PEAK_AT = 321;
function seriesOf(count: number): IngestedRecording['series'] {
  const column = (value: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => value(i));
  return {
    substance: 'methane',
    count,
    time_s: column((i) => 1_772_377_200 + i),
    lat_deg: column((i) => 24.7 + i * 1e-4),
    lon_deg: column(() => -107.4),
    heightAgl_m: column(() => 150),
    moleFraction_ppm: column((i) => (i === PEAK_AT ? 9 : 2 + 0.01 * Math.sin(i))),
    windEast_mps: column((i) => (i === 0 ? Number.NaN : 3)),
    windNorth_mps: column(() => -1),
    source: { files: ['a.csv'], file: new Int32Array(count), row: new Int32Array(count) },
    context: { lag_s: 0, averaging_s: 1, airTemperature_K: 293, airPressure_Pa: 101_325 },
    excluded: [],
  };
}

export interface TestServer {
  readonly app: HttpApp;
  readonly records: MemoryRecords;
  readonly objects: MemoryObjects;
  readonly jobs: MemoryJobs;
  readonly analysis: ScriptedAnalysis;
  readonly defects: Error[];
  readonly ports: ServerPorts;
}

export interface TestServerOptions {
  readonly basemap?: Basemap;
  readonly workbench?: string;
  /** False leaves jobs in the queue. */
  readonly working?: boolean;
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const records = new MemoryRecords();
  const objects = new MemoryObjects();
  const jobs = new MemoryJobs();
  const analysis = new ScriptedAnalysis();
  const defects: Error[] = [];
  const basemap = options.basemap ?? { load: async () => undefined };
  const profiles = [testProfile, exerciseProfile];
  const ports = { records, objects, jobs, analysis, basemap, profiles };
  const app = await buildApp(ports, {
    software: SOFTWARE,
    workbench: options.workbench ?? join(tmpdir(), 'plumeline-no-workbench-here'),
    onDefect: (error) => defects.push(error),
  });
  if (options.working !== false) await workOnUploads(jobs, ports, SOFTWARE);
  await app.ready();
  return { app, records, objects, jobs, analysis, defects, ports };
}

/** A multipart body by hand, so that a test can also write a wrong one. */
export function formOf(parts: readonly { name: string; fileName?: string; content: string | Uint8Array }[]): {
  payload: Buffer;
  headers: Record<string, string>;
} {
  const boundary = 'plumeline-test-boundary';
  const chunks = parts.flatMap(({ name, fileName, content }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"\r\nContent-Type: application/octet-stream`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')];
  });
  return {
    payload: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { host: HOST, 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}
