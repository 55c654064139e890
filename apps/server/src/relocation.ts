/** A stored estimate asked again: the flight with legs set aside or in other air, and which leg would tell most. */
import { performance } from 'node:perf_hooks';
import {
  type Cancellation,
  ConflictError,
  NotFoundError,
  type NullResult,
  type Position,
  type RecordId,
  type Recording,
  type SourceEstimate,
} from '@plumeline/core';
import type { IngestedRecording, LegWishes, Located } from '@plumeline/pipeline';
import type { SeriesReader } from './recorded-series.ts';
import { encodeModelSeries, finiteOrNull, MODEL_SERIES, thinned } from './sample-columns.ts';
import type { ServerPorts } from './server-ports.ts';
import type { Relocated, RelocationWish, WireNextLegs } from './wire.ts';

/** As many samples as a page asks for at most, thinned alike, so that the columns have the same rows. */
const FIT_LIMIT = 100_000;
const MOST_DETECTIONS = 5000;

export interface Relocation {
  /** @throws NotFoundError; ConflictError; InputError; CancelledError */
  relocate(id: RecordId, wish: RelocationWish, cancellation: Cancellation): Promise<Relocated>;
  /** @throws NotFoundError; ConflictError; InputError */
  nextLegs(id: RecordId, options: LegWishes): Promise<WireNextLegs>;
}

export function openRelocation(ports: ServerPorts, software: string, reader: SeriesReader): Relocation {
  const { records, objects, analysis } = ports;
  return {
    async relocate(id, { setAside = [], whatIf, store = false }, cancellation) {
      const estimate = await loadEstimate(id);
      const ingested = await readFlight(estimate);
      const aside = setAside.map(({ index, reason = '' }) => ({ index, reason: reason.trim() }));
      refuseUnknownPasses(estimate, aside);
      const detections = await records.list('detection', {
        recordingId: ingested.recording.id,
        limit: MOST_DETECTIONS,
      });
      const started = performance.now();
      const located = await analysis.relocate(ingested, detections.toReversed(), {
        software,
        cancellation,
        ...(aside.length > 0 && { setAside: aside }),
        ...(whatIf !== undefined && { whatIf }),
      });
      const took_ms = Math.round(performance.now() - started);
      const sources = located.sources.map((source) => descending(source, estimate.id));
      const nullResult = located.nullResult && descending(located.nullResult, estimate.id);
      if (store) await keep(sources, nullResult, located);
      const nearestId = nearestTo(estimate.position, sources)?.id;
      return {
        estimateId: estimate.id,
        sources,
        ...(nearestId !== undefined && { nearestId }),
        ...(nullResult !== undefined && { nullResult }),
        fit: fitOf(ingested, located),
        took_ms,
        stored: store,
      };
    },
    async nextLegs(id, options) {
      const estimate = await loadEstimate(id);
      const ingested = await readFlight(estimate);
      return analysis.nextLegs(ingested, estimate, options);
    },
  };

  async function loadEstimate(id: RecordId): Promise<SourceEstimate> {
    const record = await records.load(id);
    if (record.kind !== 'source-estimate') throw new NotFoundError('source-estimate', id);
    return record;
  }

  async function readFlight({ recordingIds }: SourceEstimate): Promise<IngestedRecording> {
    if (recordingIds.length > 1) {
      throw new ConflictError(
        'estimate-of-several-flights',
        'This estimate rests on several flights at once.',
        'Open the estimate of one of the flights.',
      );
    }
    const recording = (await records.load(recordingIds[0]!)) as Recording;
    const { series } = await reader.load(recording);
    if (series.instrument !== undefined) {
      throw new ConflictError(
        'estimate-not-of-a-flight',
        'This estimate is of instruments that stay in place, so it has no legs.',
        'Legs can be set aside, and other air be tried, for flights.',
      );
    }
    return { recording, series };
  }

  async function keep(sources: readonly SourceEstimate[], nullResult: NullResult | undefined, { series }: Located) {
    const digest = await objects.save(encodeModelSeries(series));
    const made = [...sources, ...(nullResult === undefined ? [] : [nullResult])];
    await records.save(made);
    for (const { id } of made) await records.attach(id, MODEL_SERIES, digest);
  }
}

/** The same record, which says that it was made from the one that a person looked at. */
function descending<R extends SourceEstimate | NullResult>(record: R, original: RecordId): R {
  const { derivedFrom } = record.provenance;
  if (derivedFrom.includes(original) || record.id === original) return record;
  return { ...record, provenance: { ...record.provenance, derivedFrom: [original, ...derivedFrom] } };
}

function refuseUnknownPasses({ passes = [] }: SourceEstimate, aside: readonly { index: number }[]): void {
  const unknown = aside.find(({ index }) => !passes.some((pass) => pass.index === index));
  if (unknown === undefined) return;
  throw new ConflictError(
    'pass-unknown',
    `The estimate has no leg ${unknown.index}.`,
    'Name a leg by its number in the passes of the estimate.',
  );
}

function nearestTo({ lat, lon }: Position, sources: readonly SourceEstimate[]): SourceEstimate | undefined {
  const shrink = Math.cos((lat * Math.PI) / 180);
  const distance = ({ position }: SourceEstimate) => Math.hypot(position.lat - lat, shrink * (position.lon - lon));
  return [...sources].sort((a, b) => distance(a) - distance(b))[0];
}

function fitOf({ series }: IngestedRecording, { series: model }: Located): Relocated['fit'] {
  const kept = thinned(series.moleFraction_ppm, FIT_LIMIT);
  const pick = (values: Float64Array) => kept.map((i) => finiteOrNull(values[i] ?? null));
  return { background_ppm: pick(model.background_ppm), fitted_ppm: pick(model.fitted_ppm) };
}
