/**
 * Records for the workbench's tests and for trying it without a server: seeded flights over Sinaloa with a Gaussian
 * plume. The numbers are plausible, not right; only the shapes are the product's.
 */
import type {
  Detection,
  Job,
  MultiPolygon,
  NullResult,
  PassWord,
  PlumelineRecord,
  Position,
  Provenance,
  Recording,
  Site,
  SourceEstimate,
} from '../../../../packages/core/src/index.ts';
import { localFrameAt } from '../../../../packages/core/src/index.ts';

export interface FixtureSamples {
  time_s: number[];
  lat: number[];
  lon: number[];
  heightAgl_m: number[];
  moleFraction_ppm: (number | null)[];
  background_ppm: number[];
  fitted_ppm: number[];
  windEast_mps: number[];
  windNorth_mps: number[];
}

export interface Fixtures {
  readonly recordings: Recording[];
  readonly detections: Detection[];
  readonly estimates: SourceEstimate[];
  readonly nullResults: NullResult[];
  readonly sites: Site[];
  readonly samples: Map<string, FixtureSamples>;
  readonly jobs: Job[];
}

const SOURCES = [
  { lat: 24.842, lon: -107.312, rate: 46, substance: 'acetone', doubt: 0.28, weight: 31.2, spread_m: 420 },
  { lat: 25.031, lon: -107.551, rate: 412, substance: 'methane', doubt: 0.42, weight: 18.7, spread_m: 900 },
  { lat: 24.695, lon: -107.148, rate: 12.4, substance: 'toluene', doubt: 0.55, weight: 9.1, spread_m: 760 },
  { lat: 24.953, lon: -107.021, rate: 128, substance: 'ammonia', doubt: 0.6, weight: 6.4, spread_m: 1500 },
  { lat: 25.214, lon: -107.233, rate: 5.2, substance: 'acetone', doubt: 0.9, weight: 3.8, spread_m: 2100 },
  { lat: 24.601, lon: -107.462, rate: 1840, substance: 'methane', doubt: 0.35, weight: 2.6, spread_m: 1700 },
  { lat: 25.118, lon: -106.905, rate: 2.1, substance: 'toluene', doubt: 1.2, weight: 1.4, spread_m: 3200 },
] as const;

const START_S = Date.parse('2026-03-14T15:02:00Z') / 1000;
const SAMPLES = 3600;
const SPEED_MPS = 62;
const LEGS = 9;

/** Everything the stub server answers with. The same every time. */
export function makeFixtures(): Fixtures {
  const random = mulberry32(20260314);
  const fixtures: Fixtures = {
    recordings: [],
    detections: [],
    estimates: [],
    nullResults: [],
    sites: [],
    samples: new Map(),
    jobs: [],
  };
  SOURCES.forEach((source, index) => {
    addFlight(fixtures, source, index, random);
  });
  addNullFlight(fixtures, random);
  addJobs(fixtures);
  return fixtures;
}

type Source = (typeof SOURCES)[number];

function addFlight(fixtures: Fixtures, source: Source, index: number, random: () => number): void {
  const start_s = START_S + index * 86_400 * 2;
  const samples = flySamples(source, source.rate, start_s, random);
  const recording = recordingOf(
    `SIN-${String(index + 1).padStart(3, '0')} ${source.substance}`,
    source.substance,
    samples,
    index,
  );
  fixtures.recordings.push(recording);
  fixtures.samples.set(recording.id, samples);
  const detections = detectRuns(samples, recording);
  fixtures.detections.push(...detections);
  const estimate = estimateOf(source, index, recording, detections, samples);
  fixtures.estimates.push(estimate);
  fixtures.sites.push(siteOf(estimate, source, index));
}

function flySamples(around: Position, rate: number, start_s: number, random: () => number): FixtureSamples {
  const frame = localFrameAt(around);
  const columns: FixtureSamples = {
    time_s: [],
    lat: [],
    lon: [],
    heightAgl_m: [],
    moleFraction_ppm: [],
    background_ppm: [],
    fitted_ppm: [],
    windEast_mps: [],
    windNorth_mps: [],
  };
  const perLeg = SAMPLES / LEGS;
  const half_m = (perLeg * SPEED_MPS) / 2;
  for (let i = 0; i < SAMPLES; i++) {
    const leg = Math.floor(i / perLeg);
    const along = (i % perLeg) / perLeg;
    const downwind_m = 1200 + leg * 1500;
    const across_m = (leg % 2 === 0 ? 1 : -1) * (2 * along - 1) * half_m * 0.55;
    const drift = 0.2 * Math.sin(i / 700);
    // The wind blows from the north-west, so downwind is towards the south-east.
    const angle = -Math.PI / 4 + drift * 0.2;
    const x = downwind_m * Math.cos(angle) - across_m * Math.sin(angle);
    const y = downwind_m * Math.sin(angle) + across_m * Math.cos(angle);
    const { lat, lon } = frame.toPosition(x, y);
    const sigma = 180 + 0.11 * downwind_m;
    const model = ((rate * 34) / (sigma * 1.4)) * Math.exp(-0.5 * (across_m / sigma) ** 2) * 0.06;
    const background = 2.02 + 0.03 * Math.sin(i / 900);
    const gust = 0.55 + 0.9 * random();
    columns.time_s.push(start_s + i);
    columns.lat.push(lat);
    columns.lon.push(lon);
    columns.heightAgl_m.push(150 + 20 * Math.sin(i / 160));
    columns.background_ppm.push(background);
    columns.fitted_ppm.push(background + model);
    columns.moleFraction_ppm.push(i % 997 === 13 ? null : background + model * gust + 0.006 * gauss(random));
    columns.windEast_mps.push(5.2 + 1.2 * Math.cos(i / 300));
    columns.windNorth_mps.push(-4.9 + 0.8 * Math.sin(i / 410));
  }
  return columns;
}

function detectRuns(samples: FixtureSamples, recording: Recording): Detection[] {
  const detections: Detection[] = [];
  let run: number[] = [];
  const close = () => {
    if (run.length >= 8) detections.push(detectionOf(samples, recording, run, detections.length));
    run = [];
  };
  samples.fitted_ppm.forEach((fitted, i) => {
    if (fitted - samples.background_ppm[i]! > 0.02) run.push(i);
    else close();
  });
  close();
  return detections;
}

function detectionOf(samples: FixtureSamples, recording: Recording, run: number[], index: number): Detection {
  const excess = (i: number) => (samples.moleFraction_ppm[i] ?? 0) - samples.background_ppm[i]!;
  const peak = run.reduce((a, b) => (excess(b) > excess(a) ? b : a));
  return {
    kind: 'detection',
    id: idOf('det', `${recording.id}${index}`),
    exercise: true,
    provenance: provenanceOf([recording.id], recording.files[0]!.digest),
    recordingId: recording.id,
    substance: recording.substance,
    startAt: instant(samples.time_s[run[0]!]!),
    endAt: instant(samples.time_s[run.at(-1)!]!),
    peakPosition: { lat: samples.lat[peak]!, lon: samples.lon[peak]! },
    peakHeightAgl_m: samples.heightAgl_m[peak]!,
    peakEnhancement_ppm: excess(peak),
    peakEnhancementSd_ppm: 0.007,
    signalToNoise: excess(peak) / 0.006,
    sampleCount: run.length,
  };
}

function recordingOf(name: string, substance: string, samples: FixtureSamples, index: number): Recording {
  const digest = digestOf(`file ${index}`);
  return {
    kind: 'recording',
    id: idOf('rec', `${index}`),
    exercise: true,
    provenance: provenanceOf([], digest),
    name,
    substance,
    startAt: instant(samples.time_s[0]!),
    endAt: instant(samples.time_s.at(-1)!),
    sampleCount: samples.time_s.length,
    excluded:
      index === 0
        ? [
            {
              code: 'calibration',
              reason: 'The instrument was calibrating.',
              file: 'SIN-001.csv',
              count: 42,
              firstRow: 18,
              lastRow: 59,
            },
          ]
        : [],
    ...(index === 0 && {
      caveats: [{ code: 'dropouts', params: { count: 3, lost_s: 41, percent: 1.1 } }],
    }),
    files: [{ name: `SIN-${String(index + 1).padStart(3, '0')}.csv`, digest, bytes: 412_833 + 977 * index }],
    extent: [Math.min(...samples.lon), Math.min(...samples.lat), Math.max(...samples.lon), Math.max(...samples.lat)],
  };
}

function estimateOf(
  source: Source,
  index: number,
  recording: Recording,
  detections: Detection[],
  samples: FixtureSamples,
): SourceEstimate {
  const frame = localFrameAt(source);
  const cells = 72;
  const half_m = source.spread_m * 3.2;
  const mass: number[] = [];
  // An ellipse along the wind with a tail upwind, as a real posterior has.
  for (let row = 0; row < cells; row++) {
    for (let column = 0; column < cells; column++) {
      const x = ((column + 0.5) / cells - 0.5) * 2 * half_m;
      const y = ((row + 0.5) / cells - 0.5) * 2 * half_m;
      mass.push(density(x, y, source.spread_m));
    }
  }
  const total = mass.reduce((a, b) => a + b, 0);
  const corner = frame.toPosition(half_m, half_m);
  return {
    kind: 'source-estimate',
    id: idOf('est', `${index}`),
    exercise: true,
    provenance: {
      ...provenanceOf([...detections.map(({ id }) => id), recording.id], recording.files[0]!.digest),
      seed: 7,
    },
    recordingIds: [recording.id],
    detectionIds: detections.map(({ id }) => id),
    substance: source.substance,
    position: { lat: source.lat, lon: source.lon },
    rate_kgph: {
      p05: source.rate * Math.exp(-1.645 * source.doubt),
      p50: source.rate,
      p95: source.rate * Math.exp(1.645 * source.doubt),
    },
    region50: contour(source, source.spread_m, 0.75),
    region90: index === 2 ? twoPieces(source) : contour(source, source.spread_m, 1.55),
    lnBayesFactor: source.weight,
    firstObservedAt: detections[0]?.startAt ?? recording.startAt,
    lastObservedAt: detections.at(-1)?.endAt ?? recording.endAt,
    posterior: {
      origin: frame.toPosition(-half_m, -half_m),
      corner,
      columns: cells,
      rows: cells,
      mass: mass.map((value) => value / total),
    },
    passes: passesOf(samples, recording, source),
    rateDistribution: rateDistributionOf(source),
    caveats:
      index % 2 === 0
        ? [
            { code: 'region-along-wind', params: { ratio: 2.44 } },
            { code: 'search-area-assumed', params: {} },
          ]
        : [],
  };
}

/** What each leg says: the first ones see the plume, the sixth speaks against it, the last ones are out of its reach. */
function passesOf(
  { time_s, fitted_ppm, background_ppm }: FixtureSamples,
  recording: Recording,
  source: Source,
): PassWord[] {
  const perLeg = SAMPLES / LEGS;
  return Array.from({ length: LEGS }, (_, index) => {
    const from = index * perLeg;
    const rows = Array.from({ length: perLeg }, (_row, i) => from + i);
    const excess = (i: number) => fitted_ppm[i]! - background_ppm[i]!;
    const peak = rows.reduce((a, b) => (excess(b) > excess(a) ? b : a));
    const expected = {
      at: instant(time_s[peak]!),
      width_s: 24 + 6 * index,
      peakEnhancement_ppm: excess(peak),
      range_m: 1200 + 1500 * index,
    };
    return {
      recordingId: recording.id,
      index,
      startAt: instant(time_s[from]!),
      endAt: instant(time_s[from + perLeg - 1]!),
      lnFor: index === 5 ? -2.1 : index === 7 ? 0.2 : source.weight / (2.2 + index),
      ...(index === 8 ? {} : { expected }),
    };
  });
}

function rateDistributionOf({ rate, doubt }: Source) {
  const rates_kgph = Array.from({ length: 60 }, (_, i) => rate * Math.exp((i - 29.5) * 0.12));
  const density = rates_kgph.map((value) => Math.exp(-0.5 * (Math.log(value / rate) / doubt) ** 2));
  const total = density.reduce((a, b) => a + b, 0);
  return { rates_kgph, mass: density.map((value) => value / total) };
}

/** A region with a second, smaller piece across the wind. */
function twoPieces(source: Source): MultiPolygon {
  const frame = localFrameAt(source);
  const aside = frame.toPosition(1.6 * source.spread_m, 1.6 * source.spread_m);
  const main = contour(source, source.spread_m, 1.4);
  return { ...main, coordinates: [...main.coordinates, ...contour(aside, 0.5 * source.spread_m, 1).coordinates] };
}

/** The estimate again without some legs: a little to the east, a little stronger, less sure. */
export function relocatedOf(
  estimate: SourceEstimate,
  aside: readonly { index: number; reason: string }[],
  shift: number,
) {
  const move = (position: Position): Position => ({ lat: position.lat, lon: position.lon + shift });
  const reasonOf = (index: number) => aside.find((one) => one.index === index)?.reason;
  const region = ({ coordinates }: MultiPolygon): MultiPolygon => ({
    type: 'MultiPolygon',
    coordinates: coordinates.map((rings) => rings.map((ring) => ring.map(([lon, lat]) => [lon + shift, lat] as const))),
  });
  return {
    ...estimate,
    id: idOf('est', `${estimate.id} ${JSON.stringify(aside)} ${shift}`),
    provenance: {
      ...estimate.provenance,
      derivedFrom: [estimate.id, ...estimate.provenance.derivedFrom],
      ...(aside.length > 0 && {
        settings: { passesSetAside: aside.map(({ index, reason }) => `${index}: ${reason}`).join('; ') },
      }),
    },
    position: move(estimate.position),
    posterior: {
      ...estimate.posterior,
      origin: move(estimate.posterior.origin),
      corner: move(estimate.posterior.corner),
    },
    region50: region(estimate.region50),
    region90: region(estimate.region90),
    rate_kgph: { p05: estimate.rate_kgph.p05, p50: 1.3 * estimate.rate_kgph.p50, p95: 1.5 * estimate.rate_kgph.p95 },
    lnBayesFactor: estimate.lnBayesFactor - 3 * aside.length,
    passes: estimate.passes!.map(({ setAside: _, ...pass }) => {
      const reason = reasonOf(pass.index);
      return reason === undefined ? pass : { ...pass, setAside: reason };
    }),
  } satisfies SourceEstimate;
}

/** Distance in the ellipse's own metric: long along the wind (north-west to south-east), short across. */
function density(x: number, y: number, spread_m: number): number {
  const along = (x - y) / Math.SQRT2;
  const across = (x + y) / Math.SQRT2;
  const bend = across + (0.12 * along * along) / spread_m;
  return Math.exp(-0.5 * ((along / (1.1 * spread_m)) ** 2 + (bend / (0.45 * spread_m)) ** 2));
}

function contour(centre: Position, spread_m: number, reach: number): MultiPolygon {
  const frame = localFrameAt(centre);
  const ring = Array.from({ length: 73 }, (_, i): [number, number] => {
    const angle = ((i % 72) / 72) * 2 * Math.PI;
    const along = reach * 1.1 * spread_m * Math.cos(angle);
    const across = reach * 0.45 * spread_m * Math.sin(angle) - (0.12 * along * along) / spread_m;
    const { lat, lon } = frame.toPosition((along + across) / Math.SQRT2, (across - along) / Math.SQRT2);
    return [lon, lat];
  });
  return { type: 'MultiPolygon', coordinates: [[ring]] };
}

function siteOf(estimate: SourceEstimate, source: Source, index: number): Site {
  return {
    kind: 'site',
    id: idOf('sit', `${index}`),
    exercise: true,
    provenance: provenanceOf([estimate.id, ...estimate.detectionIds], estimate.provenance.objects[0]!),
    label: `S-${digestOf(`label ${index}`).slice(0, 4).toUpperCase()}`,
    substance: source.substance,
    position: estimate.position,
    region50: estimate.region50,
    region90: estimate.region90,
    rate_kgph: estimate.rate_kgph,
    lnBayesFactor: estimate.lnBayesFactor,
    sourceEstimateIds: [estimate.id],
    detectionIds: estimate.detectionIds,
    recordingIds: estimate.recordingIds,
    lastEmissionSeenAt: estimate.lastObservedAt,
    hypotheses: [
      { key: 'clandestine', state: 'open' },
      { key: 'lawful-facility', state: index === 1 ? 'considered' : 'open' },
      { key: 'natural', state: 'open' },
      { key: 'sensor-fault', state: index === 0 ? 'rejected' : 'open' },
    ],
  };
}

function addNullFlight(fixtures: Fixtures, random: () => number): void {
  const index = SOURCES.length;
  const around = { lat: 24.38, lon: -107.05 };
  const samples = flySamples(around, 0, START_S - 86_400 * 3, random);
  const recording = recordingOf('SIN-008 coast', 'methane', samples, index);
  fixtures.recordings.push(recording);
  fixtures.samples.set(recording.id, samples);
  fixtures.nullResults.push({
    kind: 'null-result',
    id: idOf('nul', 'coast'),
    exercise: true,
    provenance: provenanceOf([recording.id], recording.files[0]!.digest),
    recordingIds: [recording.id],
    substance: 'methane',
    startAt: recording.startAt,
    endAt: recording.endAt,
    lnBayesFactor: 0.4,
    searched: [
      { rate_kgph: 50, region: contour({ lat: 24.42, lon: -107.1 }, 5200, 1.4) },
      { rate_kgph: 10, region: contour({ lat: 24.42, lon: -107.1 }, 2600, 1.2) },
    ],
    upperLimit_kgph: 23.4,
    caveats: [],
  });
}

function addJobs(fixtures: Fixtures): void {
  fixtures.jobs.push({
    id: 'job-done',
    name: 'process-recording',
    state: 'done',
    progress: { stage: 'done', fraction: 1, detail: 'SIN-001.csv' },
    input: {},
    output: { recordingIds: [fixtures.recordings[0]!.id] },
    createdAt: '2026-03-14T17:10:00.000Z',
    endedAt: '2026-03-14T17:10:07.000Z',
  });
}

export function traceOf(fixtures: Fixtures, id: string): PlumelineRecord[] {
  const all: PlumelineRecord[] = [
    ...fixtures.sites,
    ...fixtures.estimates,
    ...fixtures.nullResults,
    ...fixtures.detections,
    ...fixtures.recordings,
  ];
  const found: PlumelineRecord[] = [];
  const queue = [id];
  while (queue.length > 0) {
    const next = all.find((record) => record.id === queue[0]);
    queue.shift();
    if (next === undefined || found.includes(next)) continue;
    found.push(next);
    queue.push(...next.provenance.derivedFrom);
  }
  return found;
}

function provenanceOf(derivedFrom: readonly string[], digest: string): Provenance {
  return {
    objects: [digest],
    derivedFrom,
    profile: { name: 'plumeline-exercise', digest: digestOf('profile') },
    software: 'plumeline 0.1.0',
  };
}

function instant(time_s: number): string {
  return new Date(time_s * 1000).toISOString();
}

function idOf(prefix: string, text: string): string {
  return `${prefix}-${digestOf(prefix + text).slice(0, 20)}`;
}

/** Looks like a SHA-256; is a seeded scramble, which is all a picture needs. */
function digestOf(text: string): string {
  let seed = 2166136261;
  for (const letter of text) seed = Math.imul(seed ^ letter.codePointAt(0)!, 16777619);
  const random = mulberry32(seed);
  return Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('');
}

function gauss(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
