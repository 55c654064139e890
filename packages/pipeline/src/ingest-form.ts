/** Flights given as one JSON text: the same reading and the same checks as of files, faults by their place in the JSON. */
import { type Caveat, digestOf, type Exclusion, type Fault, InputError, recordIdOf } from '@plumeline/core';
import { type DecodedFlight, decodeFlightForm, type FlightForm } from '@plumeline/formats';
import { type IngestedRecording, ingest } from './ingest.ts';
import { withStated } from './stated.ts';

export interface IngestedForm {
  readonly form: FlightForm;
  /** One a flight, in the order of the form. */
  readonly recordings: readonly IngestedRecording[];
}

/** Rows of a table are lines from 1 under a header; samples of a JSON text are numbered from 0. */
const FIRST_SAMPLE_ROW = 2;

/** @throws InputError with every fault of the form, or of all samples; each has `path`, a JSON pointer. */
export function ingestForm(
  bytes: Uint8Array,
  file: string,
  options: { readonly software: string; readonly exercise: boolean },
): IngestedForm {
  const { form, flights } = decodeFlightForm(bytes, file);
  const digest = digestOf(bytes);
  const exercise = options.exercise || form.exercise === true;
  const faults: Fault[] = [];
  const recordings = flights.flatMap((flight, index) => {
    try {
      const { software } = options;
      const wind = flight.wind === undefined ? {} : { wind: flight.wind };
      const [ingested] = ingest([flight.table], flight.profile, { software, exercise, ...wind });
      return ingested === undefined ? [] : [asGiven(ingested, flight, `${file}#/flights/${index}`)];
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      faults.push(...error.faults.map(flight.toJsonFault));
      return [];
    }
  });
  if (faults.length > 0) throw new InputError(faults);
  const { searchArea: area } = form;
  const stated =
    area === undefined ? {} : { searchArea: [area.west_deg, area.south_deg, area.east_deg, area.north_deg] as const };
  return { form, recordings: recordings.map((one) => withStated(one, stated)) };

  /** Names the JSON in place of the table that was made from it. */
  function asGiven({ recording, series }: IngestedRecording, flight: DecodedFlight, where: string): IngestedRecording {
    const excluded = recording.excluded.map((one) => exclusionIn(one, where));
    const caveats = recording.caveats?.map((one) => caveatIn(one, where));
    const provenance = { ...recording.provenance, objects: [digest] };
    return {
      recording: {
        ...recording,
        id: recordIdOf('recording', { of: recording.id, name: flight.name, digest }),
        name: flight.name,
        provenance,
        excluded,
        ...(caveats === undefined ? {} : { caveats }),
        files: [{ name: file, digest, bytes: bytes.length }],
      },
      series: {
        ...series,
        excluded,
        ...(caveats === undefined ? {} : { caveats }),
        source: { ...series.source, files: [where] },
      },
    };
  }
}

function exclusionIn(one: Exclusion, where: string): Exclusion {
  const { firstRow, lastRow } = one;
  return { ...one, file: where, firstRow: firstRow - FIRST_SAMPLE_ROW, lastRow: lastRow - FIRST_SAMPLE_ROW };
}

function caveatIn({ code, params }: Caveat, where: string): Caveat {
  const { row } = params;
  return {
    code,
    params: {
      ...params,
      ...('file' in params ? { file: where } : {}),
      ...(typeof row === 'number' ? { row: row - FIRST_SAMPLE_ROW } : {}),
    },
  };
}
