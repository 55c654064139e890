/** ENVI header text to its fields: `key = value` or `key = { values over several lines }`; `;` begins a comment line. */
import { type Fault, InputError } from '@plumeline/core';
import { decodeUtf8Loosely } from '../samples/text-codec.ts';

/** Largest header [bytes]: 31,800 bands of a radiance table take 0.42 MB. */
export const HEADER_LIMIT_BYTES = 32 << 20;

export interface EnviField {
  readonly value: string;
  /** Line of the header, from 1. */
  readonly row: number;
}

export interface EnviHeader {
  readonly file: string;
  /** By lower-case key with single blanks. */
  readonly fields: ReadonlyMap<string, EnviField>;
}

/** @throws InputError when it is not an ENVI header, a brace stays open, or a key is given twice with two values. */
export function parseEnviHeader(bytes: Uint8Array, file: string): EnviHeader {
  const lines = decodeUtf8Loosely(bytes.subarray(0, HEADER_LIMIT_BYTES)).split(/\r\n|\r|\n/);
  if (!/^\uFEFF?ENVI\b/.test(lines[0] ?? '')) {
    throw enviError(file, 1, 'envi-not-a-header', 'The first line is not "ENVI".', 'Choose the .hdr file of the cube.');
  }
  const fields = new Map<string, EnviField>();
  for (let index = 1; index < lines.length; index++) {
    const line = lines[index]!;
    if (/^\s*(;|$)/.test(line)) continue;
    const at = line.indexOf('=');
    if (at === -1) continue;
    const row = index + 1;
    const key = line.slice(0, at).trim().toLowerCase().replace(/\s+/g, ' ');
    let value = line.slice(at + 1).trim();
    if (value.startsWith('{')) {
      const parts = [value];
      while (!parts.at(-1)!.includes('}')) {
        index++;
        if (index >= lines.length) throw openBrace(file, row, key);
        parts.push(lines[index]!);
      }
      value = parts.join('\n').slice(1).split('}', 1)[0]!.trim();
    }
    const earlier = fields.get(key);
    if (earlier !== undefined && earlier.value !== value) {
      throw enviError(
        file,
        row,
        'envi-key-twice',
        `"${key}" is given here and on row ${earlier.row}, with different values.`,
        'Delete the wrong one.',
      );
    }
    fields.set(key, { value, row });
  }
  return { file, fields };
}

export function enviError(file: string, row: number, code: string, message: string, remedy: string): InputError {
  const fault: Fault = { code, message, remedy, place: { file, row } };
  return new InputError([fault]);
}

function openBrace(file: string, row: number, key: string): InputError {
  return enviError(
    file,
    row,
    'envi-brace-open',
    `The list of "${key}" never ends: its closing brace is missing.`,
    'Copy the header again; it was probably cut off.',
  );
}

export function textField(header: EnviHeader, key: string): string | undefined {
  const value = header.fields.get(key)?.value;
  return value === '' ? undefined : value;
}

/** Words of a list, in or out of braces, parted by commas. */
export function listField(header: EnviHeader, key: string): string[] | undefined {
  const value = textField(header, key);
  if (value === undefined) return undefined;
  const words = value.split(',').map((word) => word.trim());
  if (words.at(-1) === '') words.pop();
  return words;
}

/** Numbers of a list. @throws InputError at the first that is none. */
export function numberList(header: EnviHeader, key: string): number[] | undefined {
  const numbers = listField(header, key)?.map(toNumber);
  const bad = numbers?.findIndex((value) => Number.isNaN(value)) ?? -1;
  if (bad === -1) return numbers;
  const { row } = header.fields.get(key)!;
  throw enviError(
    header.file,
    row,
    'envi-number',
    `Value ${bad + 1} of "${key}" is not a number.`,
    'Correct the header.',
  );
}

export function numberField(header: EnviHeader, key: string): number | undefined {
  const field = header.fields.get(key);
  if (field === undefined || field.value === '') return undefined;
  const value = toNumber(field.value);
  if (!Number.isNaN(value)) return value;
  throw enviError(
    header.file,
    field.row,
    'envi-number',
    `"${key}" is "${field.value.slice(0, 40)}", not a number.`,
    'Correct the header.',
  );
}

/** `data ignore value`, which may be NaN. */
export function ignoreValue(header: EnviHeader): number | undefined {
  const text = textField(header, 'data ignore value');
  return text !== undefined && /^[+-]?nan$/i.test(text) ? Number.NaN : numberField(header, 'data ignore value');
}

/** A decimal number, `D` exponents of Fortran and IDL included; NaN for anything else, an empty word included. */
function toNumber(word: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(word) ? Number(word.replace(/[dD]/, 'e')) : Number.NaN;
}
