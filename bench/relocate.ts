/**
 * How long a person waits who sets a leg aside, asks for other air or for the next leg: `node bench/relocate.ts`.
 * Flights of 440 and 880 samples, in the analysis thread of the server; the issue promises two seconds.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocateOptions } from '@plumeline/pipeline';
import { directAnalysis } from '../apps/server/src/analysis.ts';
import { profileFrom } from '../apps/server/src/profiles.ts';
import { openThreadedAnalysis } from '../apps/server/src/threaded-analysis.ts';
import { flightFile } from '../apps/server/test/support/flights.ts';

const path = join(import.meta.dirname, '..', 'profiles', 'plumeline-exercise.yaml');
const { profile } = profileFrom('plumeline-exercise.yaml', readFileSync(path));
const analysis = openThreadedAnalysis(undefined, 1);
const software = 'bench';
let started = performance.now();
await analysis.makeReady();
console.log(`thread ready after ${took()} ms`);
console.log('samples  legs  same  leg aside  wind +10 deg  turbulence x1.5  next leg   [ms]');
for (const samples of [440, 880]) {
  const files = [flightFile(4, samples)];
  const made = await directAnalysis.process(files, profile, { software, exercise: true, recordings: 1 });
  const recording = made.records.find((record) => record.kind === 'recording')!;
  const estimate = made.records.find((record) => record.kind === 'source-estimate')!;
  const detections = made.records.filter((record) => record.kind === 'detection');
  const ingested = (await directAnalysis.read(files, profile, recording))[0]!;
  const times: string[] = [];
  const ask = async (options: Partial<LocateOptions>) => {
    started = performance.now();
    await analysis.relocate(ingested, detections, { software, ...options });
    times.push(took());
  };
  await ask({});
  await ask({ setAside: [{ index: 1, reason: 'bench' }] });
  await ask({ whatIf: { windTurn_deg: 10 } });
  await ask({ whatIf: { turbulenceFactor: 1.5 } });
  started = performance.now();
  await analysis.nextLegs(ingested, estimate, {});
  times.push(took());
  console.log([samples, estimate.passes?.length, ...times].join('  '));
}
await analysis.close();

function took(): string {
  return (performance.now() - started).toFixed(0);
}
