/** Checks of the gas over rows: a stuck sensor, a ceiling nobody declared, the unit against clean air, zeros, a baseline below zero. */
import { substanceOf } from '@plumeline/core';
import type { ResolvedProfile } from '../profile/resolve-gas.ts';
import type { FaultLog } from './fault-log.ts';
import type { Columns } from './read-columns.ts';
import { longestByChance } from './repeats.ts';
import { scatterOf } from './scatter.ts';

export function checkReadings(columns: Columns, fileLog: FaultLog): void {
  checkRepeats(columns);
  checkAmbient(columns, columns.profile, fileLog);
  checkBaseline(columns, columns.profile);
}

/** A run of one value in rows of one instrument, in file order. */
interface Run {
  readonly rows: number[];
  /** Readings before and after it, where there are. */
  readonly before?: number;
  after?: number;
}

/** Runs of measured (not bounded) values of each instrument. */
function runsByInstrument({ reader, moleFraction_ppm: values, instrument, bound }: Columns): Run[][] {
  const runs = new Map<number, Run[]>();
  for (let row = 0; row < values.length; row++) {
    if (!reader.marks.isUsed(row)) continue;
    const key = instrument?.index[row] ?? 0;
    const list = runs.get(key) ?? [];
    runs.set(key, list);
    const run = list.at(-1);
    const first = run?.rows[0];
    if (run !== undefined && values[first!] === values[row] && bound[first!] === bound[row]) {
      run.rows.push(row);
      continue;
    }
    if (run !== undefined) run.after = values[row];
    list.push({ rows: [row], ...(first === undefined ? {} : { before: values[first] }) });
  }
  return [...runs.values()].map((list) => list.filter(({ rows }) => bound[rows[0]] === 0));
}

/** A run is called stuck from this length on, however unlikely shorter ones are. */
const SHORTEST_STUCK = 12;
/** Where the resolution hides the noise air may repeat itself: from here on nothing is believed to. */
const LONGEST_COARSE = 60;
/** A plateau at the top of a plume is a ceiling from this length on. */
const SHORTEST_CEILING = 4;
/** A ceiling stands at least this many noise deviations over the median. */
const CEILING_SIGMAS = 20;

function checkRepeats(columns: Columns): void {
  for (const runs of runsByInstrument(columns)) if (runs.length > 0) checkRuns(columns, runs);
}

function checkRuns(columns: Columns, runs: readonly Run[]): void {
  const { moleFraction_ppm: values, profile } = columns;
  const { plausible, isFine, noise_ppm, median_ppm, top_ppm } = statisticsOf(columns, runs);
  const byChance = Math.max(isFine ? SHORTEST_STUCK : LONGEST_COARSE, plausible + 1);
  const stuckFrom = profile.limits?.stuckAfter_samples ?? byChance;
  const isTracelessGas = substanceOf(profile.substance)?.ambient_ppm === undefined;
  let zeros = 0;
  let ceilings = 0;
  for (const run of runs) {
    const { rows } = run;
    const value = values[rows[0]];
    const isTop = value === top_ppm && value > median_ppm + CEILING_SIGMAS * noise_ppm && isBetweenLower(run, value);
    if (isTop && rows.length >= Math.max(SHORTEST_CEILING, isFine ? 0 : plausible + 1)) ceilings += rows.length;
    else if (rows.length >= stuckFrom && value === 0 && isTracelessGas) zeros += rows.length;
    else if (rows.length >= stuckFrom) faultStuck(columns, rows);
    else if (
      rows.length > plausible &&
      rows.length >= SHORTEST_STUCK &&
      profile.limits?.stuckAfter_samples === undefined
    ) {
      sayStuckSuspected(columns, rows);
    }
  }
  const { file } = columns.reader.table;
  if (zeros > 0) columns.caveats.push({ code: 'zeros-repeated', params: { file, count: zeros } });
  if (ceilings === 0) return;
  // Every reading there says "at least", also where it stood for a moment only.
  for (const { rows } of runs) if (values[rows[0]] === top_ppm) for (const row of rows) columns.bound[row] = 1;
  columns.caveats.push({ code: 'ceiling-suspected', params: { file, ceiling_ppm: top_ppm, count: ceilings } });
}

function sayStuckSuspected({ reader, moleFraction_ppm, caveats }: Columns, rows: readonly number[]): void {
  const params = {
    file: reader.table.file,
    row: reader.table.line[rows[0]],
    value_ppm: round(moleFraction_ppm[rows[0]]),
  };
  caveats.push({ code: 'sensor-stuck-suspected', params: { ...params, count: rows.length } });
}

const isBetweenLower = ({ before, after }: Run, value: number): boolean =>
  before !== undefined && after !== undefined && before < value && after < value;

function statisticsOf({ moleFraction_ppm: values }: Columns, runs: readonly Run[]) {
  const sorted = Float64Array.from(runs.flatMap(({ rows }) => rows.map((row) => values[row]))).sort();
  // One reading a run: what repeats says nothing of the noise, and a stuck stretch would hide it.
  const changing = Float64Array.from(runs, ({ rows }) => values[rows[0]]);
  const noise_ppm = scatterOf(changing, () => true);
  return {
    ...longestByChance(
      runs.map(({ rows }) => rows.length),
      sorted,
      noise_ppm,
    ),
    noise_ppm,
    median_ppm: sorted[sorted.length >> 1],
    top_ppm: sorted[sorted.length - 1],
  };
}

function faultStuck({ reader, profile }: Columns, rows: readonly number[]): void {
  const first = reader.table.line[rows[0]];
  for (const row of rows) {
    const message = `The sensor gave the same value ${rows.length} times from row ${first} on: it is stuck.`;
    const remedy = 'Declare the span missing, exclude bad rows, or raise limits.stuckAfter_samples.';
    reader.fault(row, 'sensor-stuck', profile.concentration.column, message, remedy);
  }
}

/** Factors of a median over clean air that mean "wrong unit" rather than "dirty air". */
const AMBIENT_LOWEST = 0.3;
const AMBIENT_HIGHEST = 300;
/** How many noise standard deviations a reading may lie below the least that clean air holds. */
const NOISE_BELOW_AIR = 6;

function checkAmbient(columns: Columns, profile: ResolvedProfile, fileLog: FaultLog): void {
  const { reader, moleFraction_ppm } = columns;
  const ambient = substanceOf(profile.substance)?.ambient_ppm;
  if (ambient === undefined || profile.limits?.ambientCheck === false) return;
  const used = moleFraction_ppm.filter((_, row) => reader.marks.isUsed(row)).sort();
  if (used.length === 0) return;
  const median = used[used.length >> 1];
  if (median < ambient * AMBIENT_LOWEST || median > ambient * AMBIENT_HIGHEST) {
    fileLog.add(
      'concentration-unit-suspect',
      `The median reading is ${round(median)} ppm; clean air has ${ambient} ppm of ${profile.substance}.`,
      `Check concentration.unit in the profile (now ${profile.concentration.unit}), or set limits.ambientCheck to false.`,
      { file: reader.table.file, column: profile.concentration.column },
    );
    return;
  }
  faultUnitJumps(columns, median);
  const noise_ppm = profile.concentration.noise_ppm ?? scatterOf(moleFraction_ppm, (row) => reader.marks.isUsed(row));
  const least = ambient * AMBIENT_LOWEST - NOISE_BELOW_AIR * noise_ppm;
  for (let row = 0; row < moleFraction_ppm.length; row++) {
    if (!reader.marks.isUsed(row) || columns.bound[row] !== 0 || !(moleFraction_ppm[row] < least)) continue;
    const message = `${round(moleFraction_ppm[row])} ppm is less than clean air holds (${ambient} ppm of ${profile.substance}).`;
    const remedy = 'If it marks a gap, declare it under "missing" with its reason; otherwise correct it or its unit.';
    reader.fault(row, 'concentration-below-clean-air', profile.concentration.column, message, remedy);
  }
}

/** Rows in a row that must lie at the median times a thousand (or a million, or their inverse) for a jump of unit. */
const JUMP_ROWS = 5;
/** How near, as a factor: the background does not change by more, and a plume does not stay so constant. */
const JUMP_TOLERANCE = 1.25;
const JUMP_FACTORS = [1e-6, 1e-3, 1e3, 1e6];

function faultUnitJumps({ reader, moleFraction_ppm, profile }: Columns, median: number): void {
  for (const factor of JUMP_FACTORS) {
    let run: number[] = [];
    const close = () => {
      if (run.length >= JUMP_ROWS) {
        const first = reader.table.line[run[0]];
        const message = `From row ${first} on ${run.length} readings are ${factor} times the others: their unit is another.`;
        const remedy = 'Convert these rows to one unit, or split the file where the unit changes.';
        for (const row of run) reader.fault(row, 'unit-jump', profile.concentration.column, message, remedy);
      }
      run = [];
    };
    for (let row = 0; row < moleFraction_ppm.length; row++) {
      if (!reader.marks.isUsed(row)) continue;
      const off = moleFraction_ppm[row] / (factor * median);
      if (off < JUMP_TOLERANCE && off > 1 / JUMP_TOLERANCE) run.push(row);
      else close();
    }
    close();
  }
}

/** A median this many noise deviations below zero is a zero that has drifted. */
const BASELINE_SIGMAS = 1;

/** Negative readings are kept: clipped at zero, noise would look like gas. A whole baseline below zero is said. */
function checkBaseline({ reader, moleFraction_ppm, bound, caveats }: Columns, profile: ResolvedProfile): void {
  const isMeasured = (row: number) => reader.marks.isUsed(row) && bound[row] === 0;
  const used = moleFraction_ppm.filter((_, row) => isMeasured(row)).sort();
  const median = used[used.length >> 1] ?? 0;
  const noise_ppm = profile.concentration.noise_ppm ?? scatterOf(moleFraction_ppm, isMeasured);
  if (median >= -BASELINE_SIGMAS * noise_ppm || median >= 0) return;
  caveats.push({ code: 'baseline-negative', params: { file: reader.table.file, median_ppm: round(median) } });
}

const round = (value: number) => Number(value.toPrecision(6));
