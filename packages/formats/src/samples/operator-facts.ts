/**
 * What an operator knows of a flight beforehand, from a JSON file beside it. The same file may hold the answer of an
 * exercise (its sources): only the fields named here are ever read, and the file's bytes are not kept.
 */
import { type Fault, InputError } from '@plumeline/core';

export interface OperatorFacts {
  readonly noise_ppm?: number;
  readonly roughness_m?: number;
  readonly sigmaV_mps?: number;
  readonly sigmaW_mps?: number;
  /** [west, south, east, north] in degrees. */
  readonly searchArea?: readonly [number, number, number, number];
}

const NUMBERS = {
  noise_ppm: 'noise_ppm',
  roughness_m: 'roughness_m',
  sigma_v_mps: 'sigmaV_mps',
  sigma_w_mps: 'sigmaW_mps',
} as const;

/** @throws InputError when the text is not a JSON object, or a known field is not what it should be. */
export function decodeOperatorFacts(text: string, file: string): OperatorFacts {
  const faults: Fault[] = [];
  const content = parseObject(text, file);
  const facts: { -readonly [K in keyof OperatorFacts]: OperatorFacts[K] } = {};
  for (const [key, name] of Object.entries(NUMBERS)) {
    const value = content[key];
    if (value === undefined) continue;
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) facts[name] = value;
    else {
      const message = `${key} is not a positive number.`;
      faults.push({
        code: 'operator-fact',
        message,
        remedy: 'Correct it or leave it out.',
        place: { file, column: key },
      });
    }
  }
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
  if (faults.length > 0) throw new InputError(faults);
  return facts;
}

function parseObject(text: string, file: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(text);
    if (typeof content === 'object' && content !== null && !Array.isArray(content))
      return content as Record<string, unknown>;
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

function toArea(value: unknown): [number, number, number, number] | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined;
  const numbers: unknown[] = value.flat();
  if (numbers.length !== 4 || !numbers.every((one) => typeof one === 'number')) return undefined;
  const [west, south, east, north] = numbers as [number, number, number, number];
  const valid = west < east && south < north && south >= -90 && north <= 90 && west >= -180 && east <= 180;
  return valid ? [west, south, east, north] : undefined;
}
