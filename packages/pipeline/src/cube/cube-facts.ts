/**
 * What an operator states beside a cube, as `<cube>.facts.json` or on the command line: the wind, the time, the place,
 * and which target to use. Everything is optional; what is missing is missing in the result, with its reason.
 */
import { InputError, type Instant, type StatedWind, type SubstanceKey, substanceOf } from '@plumeline/core';
import type { StatedPlace } from './pixel-places.ts';

export interface CubeFacts {
  readonly wind?: StatedWind;
  /** Start of the line, where the file states none. */
  readonly startAt?: Instant;
  readonly endAt?: Instant;
  readonly place?: StatedPlace;
  readonly substance?: SubstanceKey;
  /** Name of the target's file beside the cube. */
  readonly target?: string;
  /** Amount that the target's numbers are for [ppm m]; mag1c's 1e5 otherwise. */
  readonly targetPer_ppmm?: number;
  readonly exercise?: true;
}

/** A station's mean wind against the air over the plume in that minute: taken where nobody states a deviation. */
export const USUAL_WIND = { speedShare: 0.25, from_deg: 20 } as const;

/** @throws InputError with every fault */
export function parseCubeFacts(text: string, file: string): CubeFacts {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new InputError([fault(file, 'facts-json', `This is no JSON: ${(error as Error).message}.`)]);
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new InputError([fault(file, 'facts-json', 'The facts are not an object.')]);
  const known = ['wind', 'startAt', 'endAt', 'place', 'substance', 'target', 'targetPer_ppmm', 'exercise'];
  const facts = given as Record<string, unknown>;
  const faults = Object.keys(facts)
    .filter((key) => !known.includes(key))
    .map((key) => fault(file, 'facts-unknown', `There is no fact "${key}"; there are ${known.join(', ')}.`));
  const take = <T>(key: string, read: (value: unknown) => T | string): T | undefined => {
    if (facts[key] === undefined) return undefined;
    const value = read(facts[key]);
    if (typeof value === 'string' && value.startsWith(WRONG)) {
      faults.push(fault(file, `facts-${key}`, `${key}: ${value.slice(WRONG.length)}`));
      return undefined;
    }
    return value as T;
  };
  const read = {
    wind: take('wind', windOf),
    startAt: take('startAt', instantOf),
    endAt: take('endAt', instantOf),
    place: take('place', placeOf),
    substance: take('substance', (value) =>
      typeof value === 'string' && substanceOf(value) !== undefined
        ? value
        : `${WRONG}the library has no such substance.`,
    ),
    target: take('target', (value) =>
      typeof value === 'string' && /^[\w][\w .-]*$/.test(value)
        ? value
        : `${WRONG}give the name of a file beside the cube.`,
    ),
    targetPer_ppmm: take('targetPer_ppmm', (value) => (isPositive(value) ? value : `${WRONG}give ppm m above zero.`)),
    exercise: take('exercise', (value) => (value === true ? true : `${WRONG}only true can be stated.`)),
  };
  if (faults.length > 0) throw new InputError(faults);
  return Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined)) as CubeFacts;
}

/** A wind with the usual deviations where none are stated. @throws RangeError on numbers that are no wind */
export function statedWind(wind: {
  readonly from_deg: number;
  readonly speed_mps: number;
  readonly height_m: number;
  readonly fromSd_deg?: number;
  readonly speedSd_mps?: number;
}): StatedWind {
  const { from_deg, speed_mps, height_m } = wind;
  const isWind =
    from_deg >= 0 && from_deg <= 360 && speed_mps > 0 && speed_mps < 100 && height_m > 0 && height_m <= 1000;
  if (!isWind)
    throw new RangeError('A wind comes from 0 to 360 degrees at 0 to 100 m/s, measured up to 1000 m above ground.');
  return {
    from_deg: from_deg % 360,
    speed_mps,
    height_m,
    fromSd_deg: wind.fromSd_deg ?? USUAL_WIND.from_deg,
    speedSd_mps: wind.speedSd_mps ?? USUAL_WIND.speedShare * speed_mps,
  };
}

/** Marks a sentence that says what is wrong, apart from a value that is text. */
const WRONG = '\u0000';
const isPositive = (value: unknown): value is number => typeof value === 'number' && value > 0 && value < 1e9;

function windOf(value: unknown): StatedWind | string {
  const wind = value as Parameters<typeof statedWind>[0];
  const numbers = Object.values((value ?? {}) as object);
  if (numbers.some((each) => typeof each !== 'number' || !Number.isFinite(each) || each < 0))
    return `${WRONG}its numbers are from_deg, speed_mps, height_m and, where known, fromSd_deg and speedSd_mps.`;
  try {
    return statedWind(wind);
  } catch (error) {
    return `${WRONG}${(error as Error).message}`;
  }
}

function instantOf(value: unknown): Instant | string {
  const time = typeof value === 'string' && /Z$/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? `${WRONG}give UTC as 2026-02-03T17:05:00Z.` : new Date(time).toISOString();
}

function placeOf(value: unknown): StatedPlace | string {
  const { lat, lon, pixel_m } = (value ?? {}) as { lat?: unknown; lon?: unknown; pixel_m?: unknown };
  const isPlace =
    typeof lat === 'number' &&
    Math.abs(lat) < 89 &&
    typeof lon === 'number' &&
    Math.abs(lon) <= 180 &&
    isPositive(pixel_m);
  return isPlace ? { northWest: { lat, lon }, pixel_m } : `${WRONG}give lat, lon of the north-west corner and pixel_m.`;
}

function fault(file: string, code: string, message: string) {
  return { code, message, remedy: 'Correct the facts; docs/recipes/processing-a-cube.md lists them.', place: { file } };
}
