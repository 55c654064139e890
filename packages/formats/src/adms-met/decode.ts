/**
 * The `.met` file of ADMS (CERC, ADMS 5 user guide, section 3.4): `VARIABLES:`, their number, their names, `DATA:`, then
 * lines of comma-separated values; -999 is "not given". PHI is the direction the wind comes from by that guide, but files
 * in the wild also hold where it goes to, so the angle is given as written and the profile says which it is.
 */
import { type Fault, InputError } from '@plumeline/core';

/** One line of meteorology, in the file's own meaning but in the units of the names. Absent: not given. */
export interface AdmsMet {
  readonly windSpeed_mps: number;
  /** PHI as written [deg]. */
  readonly windDirection_deg: number;
  readonly sigmaTheta_deg?: number;
  readonly airTemperature_K?: number;
  readonly mixingHeight_m?: number;
  readonly inverseObukhovLength_pm?: number;
}

const NOT_GIVEN = -999;
/** Most variables ADMS knows is 24; more is another kind of file. */
const MAX_VARIABLES = 100;
const KELVIN = 273.15;

/**
 * The single line of data of a `.met` file.
 * @throws InputError when the file is not of this kind, lacks U or PHI, or has other than one line of data.
 */
export function decodeAdmsMet(text: string, file: string): AdmsMet {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const refuse = (code: string, message: string, remedy: string, place: Omit<Fault['place'], 'file'> = {}): never => {
    throw new InputError([{ code, message, remedy, place: { file, ...place } }]);
  };
  const start = lines.findIndex((line) => line.toUpperCase() === 'VARIABLES:');
  const data = lines.findIndex((line) => line.toUpperCase() === 'DATA:');
  if (start < 0 || data < start) {
    refuse('met-format', 'There is no VARIABLES: section followed by DATA:.', 'Give an ADMS .met file.');
  }
  const names = lines.slice(start + 2, data).filter((name) => name !== '');
  if (Number(lines[start + 1]) !== names.length || names.length > MAX_VARIABLES) {
    const message = `The file announces ${lines[start + 1]} variables and names ${names.length}.`;
    refuse('met-format', message, 'Correct the number below VARIABLES:.', { row: start + 2 });
  }
  const rows = lines
    .map((line, index) => ({ line, row: index + 1 }))
    .slice(data + 1)
    .filter(({ line }) => line !== '');
  if (rows.length !== 1) {
    const message = `The file has ${rows.length} lines of data; one is needed for the recording.`;
    refuse('met-lines', message, 'Keep the line of the flight.', { row: data + 1 });
  }
  const { line, row } = rows[0];
  const cells = line.split(',');
  if (cells.length !== names.length) {
    const message = `The data line has ${cells.length} values; ${names.length} variables are named.`;
    refuse('met-format', message, 'Complete the line.', { row });
  }
  const value = (name: string, low: number, high: number): number | undefined => {
    const index = names.findIndex((candidate) => candidate.toUpperCase() === name);
    if (index < 0) return undefined;
    const number = cells[index].trim() === '' ? Number.NaN : Number(cells[index]);
    if (number === NOT_GIVEN) return undefined;
    if (!(number >= low && number <= high)) {
      const message = `"${cells[index].trim().slice(0, 40)}" cannot be ${name} (${low} to ${high}).`;
      refuse('met-value', message, 'Correct it, or write -999 for not given.', { row, column: name });
    }
    return number;
  };
  const needed = (name: string, low: number, high: number): number =>
    value(name, low, high) ??
    refuse('met-wind-missing', `The file gives no ${name}.`, 'Add the wind of the flight.', { row, column: name });
  const temperature_C = value('T0C', -100, 70);
  const optional = {
    sigmaTheta_deg: value('SIGMATHETA', 0, 180),
    airTemperature_K: temperature_C === undefined ? undefined : temperature_C + KELVIN,
    mixingHeight_m: value('H', 1, 20_000),
    inverseObukhovLength_pm: value('1/LMO', -100, 100),
  };
  return {
    windSpeed_mps: needed('U', 0, 120),
    windDirection_deg: needed('PHI', 0, 360),
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, entry]) => entry !== undefined),
    ) as typeof optional extends infer T ? { [K in keyof T]?: number } : never),
  };
}
