/**
 * What an operator knows of a flight beforehand, from a JSON file beside it. The same file may hold the answer of an
 * exercise (its sources): only the fields named here are ever read, and the file's bytes are not kept.
 */
import { type Fault, InputError } from '@plumeline/core';
import { STRONGEST_WIND_MPS } from './read-wind.ts';

export interface OperatorFacts {
  readonly noise_ppm?: number;
  readonly roughness_m?: number;
  readonly sigmaV_mps?: number;
  readonly sigmaW_mps?: number;
  /** [west, south, east, north] in degrees. */
  readonly searchArea?: readonly [number, number, number, number];
  /** How the instrument of this flight differs from its profile. */
  readonly lag_s?: number;
  readonly averaging_s?: number;
  readonly response_s?: number;
  readonly detectionLimit_ppm?: number;
  readonly ceiling_ppm?: number;
  /** One wind for the flight: where it comes from [deg], speed [m/s], and the height it holds for [m above ground]. */
  readonly wind?: readonly [from_deg: number, speed_mps: number, heightAgl_m: number];
}

type NumberFact = Exclude<keyof OperatorFacts, 'searchArea' | 'wind'>;

const NUMBERS = {
  noise_ppm: 'noise_ppm',
  roughness_m: 'roughness_m',
  sigma_v_mps: 'sigmaV_mps',
  sigma_w_mps: 'sigmaW_mps',
} as const;
const INSTRUMENT_NUMBERS = ['lag_s', 'averaging_s', 'response_s', 'detectionLimit_ppm', 'ceiling_ppm'] as const;

/** @throws InputError when the text is not a JSON object, or a known field is not what it should be. */
export function decodeOperatorFacts(text: string, file: string): OperatorFacts {
  const faults: Fault[] = [];
  const content = parseObject(text, file);
  const facts: { -readonly [K in keyof OperatorFacts]: OperatorFacts[K] } = {};
  const read = (key: string, name: keyof typeof facts & NumberFact, value: unknown, lowest: number) => {
    if (value === undefined) return;
    if (typeof value === 'number' && Number.isFinite(value) && value >= lowest) facts[name] = value;
    else {
      const message = `${key} is not a number of at least ${lowest}.`;
      faults.push({
        code: 'operator-fact',
        message,
        remedy: 'Correct it or leave it out.',
        place: { file, column: key },
      });
    }
  };
  for (const [key, name] of Object.entries(NUMBERS)) read(key, name, content[key], Number.MIN_VALUE);
  const instrument = (isObject(content.instrument) ? content.instrument : {}) as Record<string, unknown>;
  for (const name of INSTRUMENT_NUMBERS) read(`instrument.${name}`, name, instrument[name], 0);
  if (content.area !== undefined) {
    const area = toArea(content.area);
    if (area !== undefined) facts.searchArea = area;
    else {
      const message = 'area is not two corners [lon, lat], south-west then north-east.';
      faults.push({
        code: 'operator-fact',
        message,
        remedy: 'Correct it or leave it out.',
        place: { file, column: 'area' },
      });
    }
  }
  if (content.wind !== undefined) {
    const wind = toWind(content.wind);
    if (wind !== undefined) facts.wind = wind;
    else {
      const message = 'wind is not { from_deg: 0 to 360, speed_mps: above 0, heightAgl_m: above 0 }.';
      const remedy = 'Correct it or leave it out.';
      faults.push({ code: 'operator-fact', message, remedy, place: { file, column: 'wind' } });
    }
  }
  if (faults.length > 0) throw new InputError(faults);
  return facts;
}

function parseObject(text: string, file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    if (isObject(content)) return content;
  } catch {
    // Told below: for whoever reads the message, both are "not a JSON object".
  }
  throw new InputError([
    {
      code: 'json-invalid',
      message: 'The file is not a JSON object.',
      remedy: 'Correct it, or remove it if it is not needed.',
      place: { file },
    },
  ]);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function toArea(value: unknown): [number, number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const numbers: unknown[] = value.flat();
  if (numbers.length !== 4 || !numbers.every((one) => typeof one === 'number')) return undefined;
  const [west, south, east, north] = numbers as [number, number, number, number];
  const valid = west < east && south < north && south >= -90 && north <= 90 && west >= -180 && east <= 180;
  return valid ? [west, south, east, north] : undefined;
}

/** Wind as stated by a person; undefined when it cannot be one. */
export function toWind(value: unknown): [number, number, number] | undefined {
  if (!isObject(value)) return undefined;
  const { from_deg, speed_mps, heightAgl_m } = value;
  if (typeof from_deg !== 'number' || typeof speed_mps !== 'number' || typeof heightAgl_m !== 'number')
    return undefined;
  const isDirection = from_deg >= 0 && from_deg <= 360;
  const isSpeed = speed_mps > 0 && speed_mps <= STRONGEST_WIND_MPS;
  return isDirection && isSpeed && heightAgl_m > 0 && heightAgl_m < 30_000
    ? [from_deg, speed_mps, heightAgl_m]
    : undefined;
}

const PREFIX = 'operator.';

/** Facts as settings of a record: what its reader cannot get from files, because their bytes are not kept. */
export function factsToSettings(facts: OperatorFacts): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(facts).map(([key, value]) => [PREFIX + key, typeof value === 'number' ? value : value.join(' ')]),
  );
}

/** Inverse of `factsToSettings`; undefined when the settings hold no facts. */
export function factsFromSettings(settings: Readonly<Record<string, unknown>>): OperatorFacts | undefined {
  const entries = Object.entries(settings)
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, value]) => [
      key.slice(PREFIX.length),
      typeof value === 'string' ? value.split(' ').map(Number) : value,
    ]);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as OperatorFacts);
}
