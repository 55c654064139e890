/**
 * The gas that a cube is searched for, on the cube's own bands: from a CSV of band centres and unit absorption, or from
 * a table of radiances at several amounts. What the table's numbers are per is stated, never guessed.
 */
import { type CubeHeader, goodBands, InputError, type SubstanceKey } from '@plumeline/core';
import {
  type AbsorptionTarget,
  type GasCurve,
  gasCurve,
  type RadianceTable,
  unitAbsorption,
} from '@plumeline/numerics';

/** Change of ln radiance by `per_ppmm` of gas at band centres, as a table states it. */
export interface TargetTable {
  readonly kind: 'absorption';
  readonly name: string;
  readonly wavelength_nm: Float64Array;
  readonly unitAbsorption: Float64Array;
  readonly per_ppmm: number;
}

/** Radiances for several amounts over a fine wavelength axis. */
export interface TargetRadiances {
  readonly kind: 'radiance';
  readonly name: string;
  readonly table: RadianceTable;
  /** [from, to] of the bands to use [nm]. */
  readonly window_nm: readonly [number, number];
}

export type GasTarget = (TargetTable | TargetRadiances) & { readonly substance: SubstanceKey };

/** A target on chosen bands of one cube. */
export interface BandTarget {
  readonly name: string;
  readonly substance: SubstanceKey;
  /** Indices into the cube's bands, in the order of wavelength. */
  readonly bands: readonly number[];
  readonly wavelength_nm: Float64Array;
  readonly absorption: AbsorptionTarget;
  /** d ln L per ppm m [band], negative where the gas takes light. */
  readonly tau_pppmm: Float64Array;
  /** How strong plumes bend away from it, where a radiance table is at hand. */
  readonly curve?: GasCurve;
}

/** mag1c's tables are per 1e5 ppm m, whatever their column is called. */
export const MAG1C_PER_PPMM = 1e5;
/** Fewer bands show no absorption against a background. */
const FEWEST_BANDS = 8;
/** A target's band is the cube's band when their centres are this near, in widths of the band (or 0.5 nm). */
const SAME_BAND_WIDTHS = 0.25;
const SAME_BAND_NM = 0.5;
/** Peak absorption per ppm m between which a generic gas lies; outside, the stated unit is another one. */
const PLAUSIBLE_PEAK_PPPMM: readonly [number, number] = [1e-7, 1e-2];

/**
 * A CSV with a header line: a column whose name begins with `wavelength` [nm], and one with `absorption` in its name.
 * @param per_ppmm what the absorption is for; mag1c's 1e5 unless stated
 * @throws InputError with every fault
 */
export function parseTargetCsv(
  text: string,
  name: string,
  options: { readonly per_ppmm?: number; readonly substance: SubstanceKey },
): GasTarget {
  const rows = text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const head = (rows[0] ?? '').split(',').map((cell) => cell.trim().toLowerCase());
  const wavelengthAt = head.findIndex((cell) => /^wavelength/.test(cell));
  const absorptionAt = head.findIndex((cell) => /absorption/.test(cell));
  if (wavelengthAt < 0 || absorptionAt < 0) {
    throw targetError(name, 'target-columns', 'The target has no columns named wavelength... and ...absorption....', {
      row: 1,
      remedy: 'Give a CSV with a header such as wavelength_nm,fwhm_nm,unit_absorption_per_ppmm.',
    });
  }
  const faults = rows.slice(1).flatMap((line, i) => {
    const cells = line.split(',');
    const isGood = [cells[wavelengthAt], cells[absorptionAt]].every(
      (cell) => cell !== undefined && cell.trim() !== '' && Number.isFinite(Number(cell)),
    );
    return isGood ? [] : [targetFault(name, 'target-number', 'The row holds no two numbers.', { row: i + 2 })];
  });
  if (faults.length > 0) throw new InputError(faults);
  const read = (at: number) => Float64Array.from(rows.slice(1), (line) => Number(line.split(',')[at]));
  const table: TargetTable = {
    kind: 'absorption',
    name,
    wavelength_nm: read(wavelengthAt),
    unitAbsorption: read(absorptionAt),
    per_ppmm: options.per_ppmm ?? MAG1C_PER_PPMM,
  };
  refuseImplausible(table, options.per_ppmm !== undefined);
  return { ...table, substance: options.substance };
}

function refuseImplausible({ name, unitAbsorption: values, per_ppmm }: TargetTable, isStated: boolean): void {
  const peak = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / per_ppmm;
  if (values.some((value) => value < 0) && peak >= PLAUSIBLE_PEAK_PPPMM[0] && peak <= PLAUSIBLE_PEAK_PPPMM[1]) return;
  const read = isStated ? 'as stated' : "read per 1e5 ppm m, mag1c's scale";
  throw targetError(
    name,
    'target-implausible',
    `The target absorbs at most ${peak.toExponential(1)} per ppm m (${read}), or never takes light away.`,
    { remedy: 'State what its numbers are per with --target-per, e.g. 1 or 100000; absorption is negative.' },
  );
}

/** The target on the cube's bands. @throws InputError where the cube has too few of them or one does not fit. */
export function targetOn(header: CubeHeader, target: GasTarget): BandTarget {
  return target.kind === 'absorption' ? fromTable(header, target) : fromRadiances(header, target);
}

function fromTable(header: CubeHeader, target: TargetTable & { substance: SubstanceKey }): BandTarget {
  const good = goodBands(header);
  const pairs: { band: number; row: number }[] = [];
  for (let row = 0; row < target.wavelength_nm.length; row++) {
    const at = target.wavelength_nm[row]!;
    const band = nearest(header, good, at);
    if (band === undefined) continue;
    const reach = Math.max(SAME_BAND_NM, SAME_BAND_WIDTHS * (header.fwhm_nm?.[band] ?? 0));
    if (Math.abs(header.wavelength_nm[band]! - at) <= reach) pairs.push({ band, row });
  }
  if (new Set(pairs.map(({ band }) => band)).size !== pairs.length || pairs.length < FEWEST_BANDS) {
    throw targetError(
      target.name,
      'target-bands',
      `${pairs.length} of the target's ${target.wavelength_nm.length} bands are bands of ${header.file}; at least ${FEWEST_BANDS} are needed, each once.`,
      { remedy: "Make the target for this sensor's band centres, or give a radiance table, which is resampled." },
    );
  }
  pairs.sort((a, b) => header.wavelength_nm[a.band]! - header.wavelength_nm[b.band]!);
  const unit = Float64Array.from(pairs, ({ row }) => target.unitAbsorption[row]!);
  return {
    name: target.name,
    substance: target.substance,
    bands: pairs.map(({ band }) => band),
    wavelength_nm: Float64Array.from(pairs, ({ band }) => header.wavelength_nm[band]!),
    absorption: { unitAbsorption: unit, per_ppmm: target.per_ppmm },
    tau_pppmm: unit.map((value) => value / target.per_ppmm),
  };
}

function nearest(header: CubeHeader, bands: readonly number[], at_nm: number): number | undefined {
  let best: number | undefined;
  for (const band of bands) {
    const gap = Math.abs(header.wavelength_nm[band]! - at_nm);
    if (best === undefined || gap < Math.abs(header.wavelength_nm[best]! - at_nm)) best = band;
  }
  return best;
}

/** Largest amount whose lines are still straight enough for a unit absorption [ppm m]; the refit looks after more. */
const LINEAR_TO_PPMM = 2000;

function fromRadiances(header: CubeHeader, target: TargetRadiances & { substance: SubstanceKey }): BandTarget {
  const { fwhm_nm, wavelength_nm } = header;
  if (fwhm_nm === undefined) {
    throw targetError(header.file, 'cube-widths-missing', 'The cube states no band widths (fwhm).', {
      remedy: 'Add them to the header, or give the target as a CSV for these bands.',
    });
  }
  const [from, to] = target.window_nm;
  const bands = goodBands(header)
    .filter((band) => wavelength_nm[band]! >= from && wavelength_nm[band]! <= to)
    .sort((a, b) => wavelength_nm[a]! - wavelength_nm[b]!);
  if (bands.length < FEWEST_BANDS) {
    throw targetError(
      header.file,
      'target-bands',
      `The cube has ${bands.length} good bands from ${from} to ${to} nm; at least ${FEWEST_BANDS} are needed.`,
      { remedy: 'Choose a gas that this sensor can see.' },
    );
  }
  const shape = { centre_nm: bands.map((b) => wavelength_nm[b]!), fwhm_nm: bands.map((b) => fwhm_nm[b]!) };
  const { absorption_pppmm } = unitAbsorption(target.table, shape, LINEAR_TO_PPMM);
  const tau = absorption_pppmm.map((value) => -value);
  return {
    name: target.name,
    substance: target.substance,
    bands,
    wavelength_nm: Float64Array.from(shape.centre_nm),
    absorption: { unitAbsorption: tau, per_ppmm: 1 },
    tau_pppmm: tau,
    curve: curveOn(target.table, shape),
  };
}

/** ln radiance of every amount on the bands: each amount alone against none, by the same resampling. */
function curveOn(
  table: RadianceTable,
  shape: { readonly centre_nm: readonly number[]; readonly fwhm_nm: readonly number[] },
): GasCurve {
  const bands = shape.centre_nm.length;
  const radiance = new Float64Array(table.column_ppmm.length * bands).fill(1);
  for (let node = 1; node < table.column_ppmm.length; node++) {
    const pair: RadianceTable = {
      wavelength_nm: table.wavelength_nm,
      column_ppmm: Float64Array.of(0, table.column_ppmm[node]!),
      radiance: [table.radiance[0]!, table.radiance[node]!],
    };
    const { absorption_pppmm } = unitAbsorption(pair, shape);
    for (let b = 0; b < bands; b++)
      radiance[node * bands + b] = Math.exp(-absorption_pppmm[b]! * table.column_ppmm[node]!);
  }
  return gasCurve(table.column_ppmm, radiance);
}

interface Where {
  readonly row?: number;
  readonly remedy?: string;
}

function targetFault(file: string, code: string, message: string, { row, remedy }: Where) {
  return {
    code,
    message,
    remedy: remedy ?? 'Correct the row.',
    place: { file, ...(row === undefined ? {} : { row }) },
  };
}

function targetError(file: string, code: string, message: string, where: Where): InputError {
  return new InputError([targetFault(file, code, message, where)]);
}
