/** Small cubes written byte by byte, without any code of the readers. */
import { Buffer } from 'node:buffer';

/** A value that differs for every (line, column, band) and fits a byte. */
export const valueAt = (line: number, column: number, band: number): number => 1 + line * 30 + column * 7 + band;

export interface RawCube {
  readonly lines: number;
  readonly columns: number;
  readonly bands: number;
}

type Put = (view: DataView, at: number, value: number, little: boolean) => void;

/** ENVI type number, bytes a number, writer. */
export const ENVI_WRITERS: readonly (readonly [type: number, size: number, put: Put])[] = [
  [1, 1, (view, at, value) => view.setUint8(at, value)],
  [2, 2, (view, at, value, little) => view.setInt16(at, value, little)],
  [3, 4, (view, at, value, little) => view.setInt32(at, value, little)],
  [4, 4, (view, at, value, little) => view.setFloat32(at, value, little)],
  [5, 8, (view, at, value, little) => view.setFloat64(at, value, little)],
  [
    6,
    8,
    (view, at, value, little) => [0, 4].forEach((o) => void view.setFloat32(at + o, o ? -2 * value : value, little)),
  ],
  [
    9,
    16,
    (view, at, value, little) => [0, 8].forEach((o) => void view.setFloat64(at + o, o ? -2 * value : value, little)),
  ],
  [12, 2, (view, at, value, little) => view.setUint16(at, value, little)],
  [13, 4, (view, at, value, little) => view.setUint32(at, value, little)],
  [14, 8, (view, at, value, little) => view.setBigInt64(at, BigInt(value), little)],
  [15, 8, (view, at, value, little) => view.setBigUint64(at, BigInt(value), little)],
];

export type Interleave = 'bil' | 'bip' | 'bsq';

/** Data bytes of a cube; `pad` bytes of 0xEE before them. */
export function enviData(
  { lines, columns, bands }: RawCube,
  [, size, put]: (typeof ENVI_WRITERS)[number],
  { interleave, little, pad = 0 }: { interleave: Interleave; little: boolean; pad?: number },
  value = valueAt,
): Uint8Array {
  const bytes = new Uint8Array(pad + lines * columns * bands * size).fill(0xee);
  const view = new DataView(bytes.buffer);
  let at = pad;
  const write = (line: number, column: number, band: number): void => {
    put(view, at, value(line, column, band), little);
    at += size;
  };
  const each = (count: number, visit: (index: number) => void): void => {
    for (let index = 0; index < count; index++) visit(index);
  };
  if (interleave === 'bsq') each(bands, (b) => each(lines, (l) => each(columns, (c) => write(l, c, b))));
  if (interleave === 'bil') each(lines, (l) => each(bands, (b) => each(columns, (c) => write(l, c, b))));
  if (interleave === 'bip') each(lines, (l) => each(columns, (c) => each(bands, (b) => write(l, c, b))));
  return bytes;
}

/** Header text; `more` replaces or adds fields, an empty value leaves a field out. */
export function enviHeader({ lines, columns, bands }: RawCube, more: Readonly<Record<string, string>> = {}): string {
  const fields: Record<string, string> = {
    description: '{Test radiance, uW nm-1 cm-2 sr-1}',
    samples: `${columns}`,
    lines: `${lines}`,
    bands: `${bands}`,
    'header offset': '0',
    'data type': '4',
    interleave: 'bil',
    'byte order': '0',
    'wavelength units': 'Nanometers',
    wavelength: `{${Array.from({ length: bands }, (_, band) => 2100 + 5 * band).join(', ')}}`,
    ...more,
  };
  const lines_ = Object.entries(fields).filter(([, value]) => value !== '');
  return ['ENVI', ...lines_.map(([key, value]) => `${key} = ${value}`), ''].join('\n');
}

export const float32Cube = (cube: RawCube, value = valueAt): Uint8Array =>
  enviData(cube, ENVI_WRITERS[3]!, { interleave: 'bil', little: true }, value);

export const toText = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
