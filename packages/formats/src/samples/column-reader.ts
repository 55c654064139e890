import { unitOf } from '@plumeline/core';
import type { Measure, SensorProfile } from '../profile/schema.ts';
import { type CensoredText, parseCensored } from './censored-text.ts';
import type { Table } from './csv-table.ts';
import type { FaultLog } from './fault-log.ts';
import { describeNumberFault, parseNumber } from './numbers.ts';
import { RowMarks } from './row-marks.ts';

/** A table joined by key; rows without a partner point at -1. */
export interface JoinedTable {
  readonly table: Table;
  readonly rowOf: Int32Array;
}

/** Whether a row is of use without the value: needed values exclude their row, others become NaN. */
export type Need = 'needed' | 'optional';

interface MissingRule {
  readonly values: ReadonlySet<string>;
  readonly below: number;
  readonly above: number;
  readonly reason: string;
}

/** Reads columns of one file by the profile: numbers in base units, with every fault logged and its row marked. */
export class ColumnReader {
  readonly marks: RowMarks;
  readonly table: Table;
  readonly log: FaultLog;
  readonly #profile: SensorProfile;
  readonly #joined: ReadonlyMap<string, JoinedTable>;
  readonly #rules: ReadonlyMap<string, readonly MissingRule[]>;

  constructor(table: Table, profile: SensorProfile, joined: ReadonlyMap<string, JoinedTable>, log: FaultLog) {
    this.table = table;
    this.log = log;
    this.marks = new RowMarks(table.rows.length);
    this.#profile = profile;
    this.#joined = joined;
    this.#rules = missingRules(profile);
  }

  /**
   * Values in the base unit of the measure's dimension; NaN where missing or at fault. With `bound`, texts that set a
   * bound (`<0.5`, BDL) are not at fault: their bound goes there and their value, if they have one, here.
   */
  numbers(measure: Measure, need: Need, bound?: Int8Array): Float64Array {
    const unit = unitOf(measure.unit)!;
    const joined = measure.table === undefined ? undefined : this.#joined.get(measure.table)!;
    const table = joined?.table ?? this.table;
    const column = table.header.indexOf(measure.column);
    const rules = this.#rules.get(measure.column);
    const decimal = this.#profile.text?.decimal ?? '.';
    const values = new Float64Array(this.table.rows.length).fill(Number.NaN);
    let text: string | undefined;
    let value: ReturnType<typeof parseNumber> = Number.NaN;
    let rule: MissingRule | undefined;
    let censored: CensoredText | undefined;
    const censoring = this.#profile.concentration.censored;
    for (let row = 0; row < values.length; row++) {
      const at = joined === undefined ? row : joined.rowOf[row];
      if (at < 0) continue;
      const cell = table.rows[at][column];
      // Weather stands in every instrument's row, so a cell often repeats the one above.
      if (cell !== text) {
        text = cell;
        value = parseNumber(cell, decimal);
        rule = rules?.find((one) => isMissing(one, cell, value));
        censored = bound === undefined ? undefined : parseCensored(cell, decimal, censoring);
      }
      if (rule !== undefined) {
        if (need === 'needed') this.marks.exclude(row, 'value-missing-declared', `${measure.column}: ${rule.reason}`);
      } else if (censored !== undefined) {
        bound![row] = censored.bound;
        if (censored.value !== undefined) values[row] = censored.value * unit.factor + unit.offset;
      } else if (typeof value === 'number') {
        values[row] = value * unit.factor + unit.offset;
      } else {
        const { message, remedy } = describeNumberFault(value, cell);
        this.#faultAt(row, value, message, remedy, { file: table.file, row: table.line[at], column: measure.column });
      }
    }
    return values;
  }

  /** Headers of the time, for naming its place. */
  get timeColumn(): string {
    return this.#profile.time.columns.join(' ');
  }

  /** Cells of a column of the sample file. */
  texts(column: string): string[] {
    const index = this.table.header.indexOf(column);
    return this.table.rows.map((row) => row[index].trim());
  }

  /** Logs a fault of a row and takes the row out of use. */
  fault(row: number, code: string, column: string | undefined, message: string, remedy: string): void {
    const place = { file: this.table.file, row: this.table.line[row], ...(column === undefined ? {} : { column }) };
    this.#faultAt(row, code, message, remedy, place);
  }

  #faultAt(
    row: number,
    code: string,
    message: string,
    remedy: string,
    place: { file: string; row: number; column?: string },
  ) {
    this.log.add(code, message, remedy, place);
    const where = place.column === undefined ? '' : `Column ${place.column}: `;
    this.marks.exclude(row, code, `${where}${REASONS[code] ?? code}`);
  }

  /** Faults every row in use whose value lies outside [low, high]. */
  requireRange(values: Float64Array, range: Range): void {
    for (let row = 0; row < values.length; row++) {
      const value = values[row];
      if ((value >= range.low && value <= range.high) || Number.isNaN(value) || !this.marks.isUsed(row)) continue;
      const message = `${round(value)} ${range.unit} cannot be ${range.what} (${round(range.low)} to ${round(range.high)}).`;
      this.fault(row, range.code, range.column, message, range.remedy);
    }
  }
}

export interface Range {
  readonly code: string;
  readonly column: string;
  readonly what: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
  readonly remedy: string;
}

/** Reasons of exclusions, one a code, without the cell's text: rows of one reason are counted together. */
const REASONS: Readonly<Record<string, string>> = {
  'value-missing': 'the value is empty',
  'value-not-finite': 'the value is not a finite number',
  'value-not-number': 'the value is not a number',
  'decimal-comma': 'the value has a decimal comma',
  'time-invalid': 'the time does not fit the format',
  'time-backwards': 'the time runs backwards',
  'time-duplicate': 'the time is that of an earlier row',
  'latitude-range': 'not a latitude',
  'longitude-range': 'not a longitude',
  'lat-lon-swapped': 'latitude and longitude look swapped',
  'position-area': "outside the profile's area",
  'position-jump': 'further than the platform could fly',
  'time-conflict': 'other rows have the same time and say otherwise',
  'row-repeated': 'the row is written twice',
  'detection-limit-missing': 'below a detection limit that nobody states',
  'concentration-below-clean-air': 'less than clean air holds',
  'unit-jump': 'a thousand times the rows around it: another unit',
  'sensor-stuck': 'the sensor repeats one value',
  'concentration-range': 'an impossible concentration',
  'height-range': 'an impossible height',
};

function isMissing(rule: MissingRule, text: string, value: unknown): boolean {
  if (rule.values.has(text.trim())) return true;
  return typeof value === 'number' && (value < rule.below || value > rule.above);
}

function missingRules(profile: SensorProfile): Map<string, MissingRule[]> {
  const rules = new Map<string, MissingRule[]>();
  for (const { columns, values, below, above, reason } of profile.missing ?? []) {
    const rule: MissingRule = {
      values: new Set(values),
      below: below ?? Number.NEGATIVE_INFINITY,
      above: above ?? Number.POSITIVE_INFINITY,
      reason,
    };
    for (const column of columns) rules.set(column, [...(rules.get(column) ?? []), rule]);
  }
  return rules;
}

const round = (value: number) => Number(value.toPrecision(9));
