/**
 * Where things stand in a Galactic SPC file (Galactic Industries, "A Brief Guide to SPC File Format and Using GSPCIO",
 * and SPC.H): bytes from the start of the header, subfile header or log block they belong to.
 */

/** Version byte 0x4B: little-endian, 0x4C: big-endian; both with a header of 512 bytes. 0x4D: the format before 1996. */
export const VERSION = { newLittle: 0x4b, newBig: 0x4c, old: 0x4d, shimadzu: 0xcf } as const;
export const HEADER_BYTES = { new: 512, old: 224, subfile: 32, directoryEntry: 12, log: 64 } as const;

/** Bits of byte 0. */
export const FLAG = {
  ySixteenBit: 0x01,
  multifile: 0x04,
  xPerSubfile: 0x40,
  xListed: 0x80,
} as const;

/** Exponent that stands for IEEE float ordinates. */
export const FLOAT_EXPONENT = 0x80;

export const NEW = {
  exponent: 3,
  points: 4,
  firstX: 8,
  lastX: 16,
  subfiles: 24,
  xType: 28,
  yType: 29,
  zType: 30,
  date: 32,
  resolution: [36, 9],
  source: [45, 9],
  comment: [88, 130],
  axisTexts: [218, 30],
  logOffset: 248,
  method: [264, 48],
  zIncrement: 312,
} as const;

export const OLD = {
  exponent: 2,
  points: 4,
  firstX: 8,
  lastX: 12,
  xType: 16,
  yType: 17,
  year: 18,
  month: 20,
  day: 21,
  hour: 22,
  minute: 23,
  resolution: [24, 8],
  comment: [64, 130],
  axisTexts: [194, 30],
} as const;

export const SUBFILE = { exponent: 1, index: 2, z: 4, points: 16, scans: 20 } as const;

/** Units by the code of fxtype and fztype; 255 is two interferogram axes. */
const X_UNITS = [
  'arbitrary',
  'cm-1',
  'um',
  'nm',
  's',
  'min',
  'Hz',
  'kHz',
  'MHz',
  'm/z',
  'ppm',
  'day',
  'year',
  'Raman shift cm-1',
  'eV',
  'text label',
  'diode number',
  'channel',
  'degree',
  'degF',
  'degC',
  'K',
  'data points',
  'ms',
  'us',
  'ns',
  'GHz',
  'cm',
  'm',
  'mm',
  'h',
];

/** Units by the code of fytype. */
const Y_UNITS = new Map<number, string>([
  [0, 'arbitrary intensity'],
  [1, 'interferogram'],
  [2, 'absorbance'],
  [3, 'Kubelka-Munk'],
  [4, 'counts'],
  [5, 'V'],
  [6, 'degree'],
  [7, 'mA'],
  [8, 'mm'],
  [9, 'mV'],
  [10, 'log(1/R)'],
  [11, 'percent'],
  [12, 'intensity'],
  [13, 'relative intensity'],
  [14, 'energy'],
  [16, 'dB'],
  [19, 'degF'],
  [20, 'degC'],
  [21, 'K'],
  [22, 'index of refraction'],
  [23, 'extinction coefficient'],
  [24, 'real'],
  [25, 'imaginary'],
  [26, 'complex'],
  [128, 'transmittance'],
  [129, 'reflectance'],
  [130, 'single beam'],
  [131, 'emission'],
]);

/** Unit of an X or Z axis by code. */
export const xUnitOf = (code: number): string =>
  code === 255 ? 'interferogram point' : (X_UNITS[code] ?? `unknown code ${code}`);
/** Unit of a Y axis by code. */
export const yUnitOf = (code: number): string => Y_UNITS.get(code) ?? `unknown code ${code}`;
