/** Flights in JSON to what `ingest` takes: a table and a profile each, so that every check of a file holds for JSON too. */
import { type Fault, type FaultPlace, InputError } from '@plumeline/core';
import type { TSchema } from 'typebox';
import { Errors } from 'typebox/value';
import { nearestOf } from '../profile/nearest.ts';
import { parseProfile } from '../profile/parse-profile.ts';
import type { SensorProfile } from '../profile/schema.ts';
import { decodeUtf8Strictly, encodeUtf8 } from '../samples/text-codec.ts';
import {
  type FlightForm,
  FlightFormSchema,
  type FormFlight,
  NEEDED_MEASURES,
  SAMPLE_MEASURES,
  SampleColumnsSchema,
  type SampleMeasure,
  SampleRowSchema,
} from './schema.ts';

export interface DecodedFlight {
  readonly name: string;
  /** The samples as a table in text, under a name that `profile` matches. */
  readonly table: { readonly name: string; readonly bytes: Uint8Array };
  readonly profile: SensorProfile;
  readonly wind?: { readonly from_deg: number; readonly speed_mps: number; readonly heightAgl_m: number };
  /** A fault of the table as one of the JSON: its JSON pointer in `path`, the sample's number from 0 in the words. */
  readonly toJsonFault: (fault: Fault) => Fault;
}

export interface DecodedFlightForm {
  readonly form: FlightForm;
  readonly flights: readonly DecodedFlight[];
}

type Samples = { readonly count: number; readonly names: readonly SampleMeasure[]; readonly isRows: boolean } & {
  readonly at: (name: SampleMeasure, sample: number) => unknown;
};

/** @throws InputError with every fault of form; each place has `file` and `path`, a JSON pointer. */
export function decodeFlightForm(bytes: Uint8Array, file: string): DecodedFlightForm {
  const content = parseJson(bytes, file);
  const faults = schemaFaults(FlightFormSchema, content, '', file);
  if (faults.length > 0) throw new InputError(faults);
  const form = content as FlightForm;
  faults.push(...contentFaults(form, file));
  const samples = form.flights.map((flight, index) => samplesOf(flight, `/flights/${index}/samples`, file, faults));
  if (faults.length > 0) throw new InputError(faults);
  return { form, flights: form.flights.map((flight, index) => decodeFlight(flight, samples[index]!, index, file)) };
}

function parseJson(bytes: Uint8Array, file: string): unknown {
  try {
    return JSON.parse(decodeUtf8Strictly(bytes));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InputError([
      fault('json-invalid', `The text is not JSON: ${reason}.`, 'Correct it; the text is UTF-8.', { file, path: '' }),
    ]);
  }
}

/** More faults of one kind than this are one fault. */
const MOST_FAULTS = 20;

function schemaFaults(schema: TSchema, content: unknown, under: string, file: string): Fault[] {
  const faults: Fault[] = [];
  for (const error of Errors(schema, content)) {
    const path = `${under}${error.instancePath}`;
    if (faults.length >= MOST_FAULTS) break;
    if (error.keyword === 'additionalProperties') {
      const known = Object.keys((nodeAt(schema, error.instancePath)?.properties ?? {}) as object);
      for (const key of error.params.additionalProperties) {
        const near = nearestOf(String(key), known);
        const remedy = near === undefined ? `Use one of: ${known.join(', ')}.` : `Did you mean "${near}"?`;
        faults.push(fault('json-key-unknown', `There is no key "${String(key)}" here.`, remedy, { file, path }));
      }
    } else if (error.keyword === 'required') {
      for (const key of error.params.requiredProperties) {
        const about = nodeAt(schema, `${error.instancePath}/${String(key)}`)?.description;
        const remedy = `Add it${about === undefined ? '.' : `: ${about}`}`;
        faults.push(fault('json-key-missing', `"${String(key)}" is missing.`, remedy, { file, path }));
      }
    } else if (error.keyword !== 'boolean' && error.keyword !== 'anyOf') {
      const about = nodeAt(schema, error.instancePath)?.description;
      const remedy = about === undefined ? 'Correct the value.' : `What belongs here: ${about}`;
      faults.push(fault('json-value', `The value ${error.message}.`, remedy, { file, path }));
    }
  }
  return faults;
}

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

function nodeAt(schema: TSchema, pointer: string): SchemaNode | undefined {
  let node: SchemaNode | undefined = schema as SchemaNode;
  for (const key of pointer.split('/').slice(1)) node = node?.properties?.[key] ?? node?.items;
  return node;
}

/** What a schema cannot say: names that differ, an area that has a size, passes of flights that exist. */
function contentFaults({ flights, searchArea, options }: FlightForm, file: string): Fault[] {
  const faults: Fault[] = [];
  const names = flights.map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) < index) {
      const path = `/flights/${index}/name`;
      faults.push(
        fault('name-repeated', `Two flights are called "${name}".`, 'Give each its own name.', { file, path }),
      );
    }
  });
  if (searchArea !== undefined) {
    const { west_deg, south_deg, east_deg, north_deg } = searchArea;
    if (!(west_deg < east_deg && south_deg < north_deg)) {
      const message = 'The area has no size: west must be below east, and south below north.';
      faults.push(fault('area-empty', message, 'Exchange the corners.', { file, path: '/searchArea' }));
    }
  }
  options?.setAside?.forEach(({ flight }, index) => {
    const path = `/options/setAside/${index}`;
    if (flight === undefined && flights.length > 1) {
      faults.push(fault('flight-unsaid', 'There are several flights.', 'Name the flight of the pass.', { file, path }));
    } else if (flight !== undefined && !names.includes(flight)) {
      const remedy = `Name one of: ${names.join(', ')}.`;
      faults.push(fault('flight-unknown', `There is no flight "${flight}".`, remedy, { file, path }));
    }
  });
  return faults;
}

function samplesOf(flight: FormFlight, path: string, file: string, faults: Fault[]): Samples | undefined {
  const { samples } = flight;
  const isRows = Array.isArray(samples);
  const found = isRows
    ? samples.flatMap((row, index) =>
        faults.length >= MOST_FAULTS ? [] : schemaFaults(SampleRowSchema, row, `${path}/${index}`, file),
      )
    : schemaFaults(SampleColumnsSchema, samples, path, file);
  faults.push(...found);
  if (found.length > 0) return undefined;
  const first = (isRows ? samples[0] : samples) as Readonly<Record<string, unknown>> | undefined;
  const names = SAMPLE_MEASURES.filter((name) => first?.[name] !== undefined);
  const before = faults.length;
  faults.push(...measureFaults(names, flight, path, file));
  if (isRows) {
    samples.forEach((row: Readonly<Record<string, unknown>>, index) => {
      const odd = SAMPLE_MEASURES.filter((name) => (row[name] !== undefined) !== names.includes(name));
      if (odd.length === 0 || faults.length - before >= MOST_FAULTS) return;
      const message = `The sample has other keys than the first one: ${odd.join(', ')}.`;
      const remedy = 'Give every sample the same keys; null is "no value".';
      faults.push(fault('sample-keys', message, remedy, { file, path: `${path}/${index}` }));
    });
    const rows = samples as readonly Readonly<Record<string, unknown>>[];
    return { count: rows.length, names, isRows, at: (name, sample) => rows[sample]![name] };
  }
  const table = samples as Readonly<Record<string, readonly unknown[]>>;
  const count = table[names[0] ?? '']?.length ?? 0;
  for (const name of names) {
    if (table[name]!.length === count) continue;
    const message = `The column has ${table[name]!.length} values; ${names[0]} has ${count}.`;
    const place = { file, path: `${path}/${name}` };
    faults.push(fault('column-length', message, 'Give all columns the same length; null is "no value".', place));
  }
  return { count, names, isRows, at: (name, sample) => table[name]![sample] };
}

function measureFaults(names: readonly SampleMeasure[], flight: FormFlight, path: string, file: string): Fault[] {
  const faults: Fault[] = [];
  const has = (name: SampleMeasure) => names.includes(name);
  const add = (code: string, message: string, remedy: string) =>
    faults.push(fault(code, message, remedy, { file, path }));
  for (const name of NEEDED_MEASURES) {
    if (!has(name)) add('samples-missing', `The samples have no ${name}.`, `Add ${name} to every sample.`);
  }
  if (has('time_s') === has('time_utc'))
    add('samples-time', 'Exactly one of time_s and time_utc is needed.', 'Give one.');
  const isComponents = has('windEastTo_mps') && has('windNorthTo_mps');
  const isDirection = has('windFrom_deg') && has('windSpeed_mps');
  const stated = WIND_MEASURES.filter(has);
  if (stated.length > 0 && (stated.length !== 2 || isComponents === isDirection)) {
    const message = `The wind is half said or said twice: ${stated.join(', ')}.`;
    add('samples-wind', message, 'Give windEastTo_mps and windNorthTo_mps, or windFrom_deg and windSpeed_mps.');
  }
  if (stated.length === 0 && flight.conditions.wind === undefined) {
    const message = 'Neither the samples nor the conditions say how the wind blew.';
    add('wind-missing', message, 'Add wind to the samples, or conditions.wind.');
  }
  if (stated.length > 0 && flight.conditions.wind !== undefined) {
    const message = 'conditions.wind is given, and the samples carry their own.';
    add('wind-stated-twice', message, 'Leave one of them out.');
  }
  return faults;
}

const WIND_MEASURES: readonly SampleMeasure[] = ['windEastTo_mps', 'windNorthTo_mps', 'windFrom_deg', 'windSpeed_mps'];

function decodeFlight(flight: FormFlight, samples: Samples, index: number, file: string): DecodedFlight {
  const { names, count } = samples;
  const lines = [names.join(',')];
  for (let sample = 0; sample < count; sample++) {
    lines.push(names.map((name) => String(samples.at(name, sample) ?? '')).join(','));
  }
  const table = `flight-${index}.csv`;
  const { wind } = flight.conditions;
  return {
    name: flight.name,
    table: { name: table, bytes: encodeUtf8(`${lines.join('\n')}\n`) },
    // JSON is YAML, and the reader of profiles says every fault of one.
    profile: parseProfile(JSON.stringify(profileOf(flight, names)), `${file}, flight ${index}`),
    ...(wind === undefined ? {} : { wind }),
    toJsonFault: (one) => toJsonFault(one, samples, `/flights/${index}/samples`, file),
  };
}

function profileOf({ substance, conditions, instrument }: FormFlight, names: readonly SampleMeasure[]): object {
  const { wind: _, windHeightAgl_m, ...air } = conditions;
  const { findLag, lag_s, ...gas } = instrument;
  const height = windHeightAgl_m === undefined ? {} : { heightAgl_m: windHeightAgl_m };
  const has = (name: SampleMeasure) => names.includes(name);
  const nullable = names.filter((name) => name === 'moleFraction_ppm' || WIND_MEASURES.includes(name));
  return {
    profile: 1,
    name: 'plumeline-flights-1',
    title: 'Samples given as JSON',
    substance,
    match: { files: ['flight-*.csv'] },
    missing: [{ columns: nullable, values: [''], reason: 'the value is null' }],
    time: has('time_s')
      ? { columns: ['time_s'], format: 'unix_s', zone: 'UTC' }
      : { columns: ['time_utc'], format: 'iso', zone: 'UTC' },
    position: { lat: { column: 'lat_deg', unit: 'deg' }, lon: { column: 'lon_deg', unit: 'deg' } },
    height: { column: 'heightAgl_m', unit: 'm' },
    concentration: {
      column: 'moleFraction_ppm',
      unit: 'ppm',
      ...gas,
      lag_s: lag_s ?? 0,
      ...(findLag === true ? { lag: 'find' } : {}),
    },
    wind: has('windEastTo_mps')
      ? {
          convention: 'components to',
          east: { column: 'windEastTo_mps', unit: 'm/s' },
          north: { column: 'windNorthTo_mps', unit: 'm/s' },
          ...height,
        }
      : has('windFrom_deg')
        ? {
            convention: 'compass from',
            direction: { column: 'windFrom_deg', unit: 'deg' },
            speed: { column: 'windSpeed_mps', unit: 'm/s' },
            ...height,
          }
        : { absent: 'the samples carry none' },
    ...(has('leg') ? { leg: { column: 'leg' } } : {}),
    defaults: air,
  };
}

function toJsonFault(one: Fault, { isRows }: Samples, path: string, file: string): Fault {
  const { row, column } = one.place;
  // Row 1 of the table is its header.
  const sample = row === undefined ? undefined : Math.max(0, row - 2);
  const steps = (isRows ? [sample, column] : [column, sample]).filter((step) => step !== undefined);
  return {
    ...one,
    message: one.message.replace(/\brow (\d+)/g, (_, line: string) => `sample ${Math.max(0, Number(line) - 2)}`),
    place: { file, path: [path, ...steps].join('/') },
  };
}

function fault(code: string, message: string, remedy: string, place: FaultPlace): Fault {
  return { code, message, remedy, place };
}
