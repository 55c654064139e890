/** Rules between a profile's parts that a schema cannot say. */
import { type Dimension, SUBSTANCES, substanceOf, unitOf, unitSymbols } from '@plumeline/core';
import { parseTimeFormat } from '../samples/time-format.ts';
import { nearestOf } from './nearest.ts';
import { type Measure, type SensorProfileContent, WIND_CONVENTIONS } from './schema.ts';

export interface ProfileFault {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  /** Keys from the top to the part at fault. */
  readonly path: readonly string[];
}

/** A measure of a profile with the dimensions its unit may have and where in the profile it stands. */
export interface PlacedMeasure {
  readonly measure: Measure;
  readonly dimensions: readonly Dimension[];
  readonly path: readonly string[];
}

/** Every measured column that a profile names. */
export function measuresOf(profile: SensorProfileContent): PlacedMeasure[] {
  const { position, height, concentration, wind, turbulence, air } = profile;
  const list: [Measure | undefined, Dimension[], string][] = [
    [position.lat, ['angle'], 'position.lat'],
    [position.lon, ['angle'], 'position.lon'],
    [position.x, ['length'], 'position.x'],
    [position.y, ['length'], 'position.y'],
    [position.x2, ['length'], 'position.x2'],
    [position.y2, ['length'], 'position.y2'],
    [position.distance, ['length'], 'position.distance'],
    [position.azimuth, ['angle'], 'position.azimuth'],
    [heightMeasure(height), ['length'], 'height'],
    [height.pressure, ['pressure'], 'height.pressure'],
    [gasMeasure(concentration), ['mole-fraction', 'mass-concentration'], 'concentration'],
    [wind.direction, ['angle'], 'wind.direction'],
    [wind.speed, ['speed'], 'wind.speed'],
    [wind.east, ['speed'], 'wind.east'],
    [wind.north, ['speed'], 'wind.north'],
    [turbulence?.sigmaU, ['speed'], 'turbulence.sigmaU'],
    [turbulence?.obukhovLength, ['length'], 'turbulence.obukhovLength'],
    [turbulence?.sigmaV, ['speed'], 'turbulence.sigmaV'],
    [turbulence?.sigmaW, ['speed'], 'turbulence.sigmaW'],
    [turbulence?.sigmaTheta, ['angle'], 'turbulence.sigmaTheta'],
    [turbulence?.mixingHeight, ['length'], 'turbulence.mixingHeight'],
    [air?.temperature, ['temperature'], 'air.temperature'],
    [air?.pressure, ['pressure'], 'air.pressure'],
  ];
  return list.flatMap(([measure, dimensions, path]) =>
    measure === undefined ? [] : [{ measure, dimensions, path: path.split('.') }],
  );
}

/** The gas column; where a profile lists gases by header, its unit is all there is to check before a file is seen. */
function gasMeasure({ column, unit }: SensorProfileContent['concentration']): Measure {
  return { column: column ?? '', unit };
}

export function heightMeasure(height: SensorProfileContent['height']): Measure | undefined {
  return height.column === undefined ? undefined : { column: height.column, unit: height.unit ?? '' };
}

export function checkProfile(profile: SensorProfileContent): ProfileFault[] {
  return [
    ...substanceFaults(profile),
    ...gasFaults(profile),
    ...measuresOf(profile).flatMap((placed) => measureFaults(placed, profile)),
    ...positionFaults(profile),
    ...heightFaults(profile),
    ...windFaults(profile),
    ...timeFaults(profile),
    ...periodFaults(profile),
    ...instrumentFaults(profile),
    ...tableFaults(profile),
  ];
}

function tableFaults({ tables }: SensorProfileContent): ProfileFault[] {
  return (tables ?? []).flatMap(({ name, nearest_s, clockOffset_s }, index) =>
    clockOffset_s === undefined || nearest_s !== undefined
      ? []
      : [
          {
            code: 'clock-offset-unused',
            message: `Table ${name} has a clock offset and is joined by equal keys.`,
            remedy: 'Add nearest_s, the time in seconds that rows may lie apart, or leave clockOffset_s out.',
            path: ['tables', String(index), 'clockOffset_s'],
          },
        ],
  );
}

function substanceFaults({ substance }: SensorProfileContent): ProfileFault[] {
  return substanceFault(substance, ['substance']);
}

function gasFaults({ concentration: { column, gases } }: SensorProfileContent): ProfileFault[] {
  const listed = Object.entries(gases ?? {});
  const faults = listed.flatMap(([header, key]) => substanceFault(key, ['concentration', 'gases', header]));
  if ((column === undefined) !== listed.length > 0) {
    faults.push({
      code: 'gas-column',
      message: 'The gas needs either a column, or gases that say which header means which substance.',
      remedy: 'Give exactly one of concentration.column and concentration.gases.',
      path: ['concentration'],
    });
  }
  return faults;
}

function substanceFault(substance: string, path: readonly string[]): ProfileFault[] {
  if (substanceOf(substance) !== undefined) return [];
  const known = SUBSTANCES.map((entry) => entry.key);
  const nearest = nearestOf(substance, known);
  return [
    {
      code: 'substance-unknown',
      message: `The library has no substance "${substance}".`,
      remedy: nearest === undefined ? `Use one of: ${known.join(', ')}.` : `Did you mean "${nearest}"?`,
      path,
    },
  ];
}

function measureFaults({ measure, dimensions, path }: PlacedMeasure, profile: SensorProfileContent): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const unit = unitOf(measure.unit);
  const symbols = dimensions.flatMap(unitSymbols);
  if (unit === undefined || !dimensions.includes(unit.dimension)) {
    const nearest = unit === undefined ? nearestOf(measure.unit, symbols) : undefined;
    const what = unit === undefined ? 'is not a known unit' : `is a unit of ${unit.dimension}`;
    faults.push({
      code: unit === undefined ? 'unit-unknown' : 'unit-dimension',
      message: `"${measure.unit}" of ${path.join('.')} ${what}; a unit of ${dimensions.join(' or ')} is needed here.`,
      remedy: nearest === undefined ? `Use one of: ${symbols.join(', ')}.` : `Did you mean "${nearest}"?`,
      path: [...path, 'unit'],
    });
  }
  if (measure.table === undefined && profile.truthColumns?.includes(measure.column)) {
    faults.push({
      code: 'truth-column-read',
      message: `${path.join('.')} reads column "${measure.column}", which the profile itself calls truth.`,
      remedy: 'Read another column, or take it off truthColumns if it is a measurement.',
      path: [...path, 'column'],
    });
  }
  if (measure.table !== undefined && !profile.tables?.some((table) => table.name === measure.table)) {
    faults.push({
      code: 'table-unknown',
      message: `${path.join('.')} refers to table "${measure.table}", which is not under tables.`,
      remedy: `Add a table of that name, or use one of: ${profile.tables?.map((table) => table.name).join(', ') || 'none declared'}.`,
      path: [...path, 'table'],
    });
  }
  return faults;
}

function positionFaults({ position }: SensorProfileContent): ProfileFault[] {
  const has = (...keys: (keyof typeof position)[]) => keys.every((key) => position[key] !== undefined);
  const ways = [has('lat', 'lon'), has('x', 'y'), has('distance', 'azimuth')].filter(Boolean).length;
  const faults: ProfileFault[] = [];
  const add = (code: string, message: string, remedy: string) =>
    faults.push({ code, message, remedy, path: ['position'] });
  if (ways !== 1) {
    add(
      'position-missing',
      ways === 0
        ? 'The profile does not say where samples were taken.'
        : 'The profile gives positions in more than one way.',
      'Give exactly one of: lat and lon; x and y with an anchor; distance and azimuth with an anchor.',
    );
  }
  if ((has('x') || has('distance')) && !has('anchor')) {
    add(
      'anchor-missing',
      'Local positions have no anchor.',
      'Add anchor: { lat, lon } of the point that the metres count from.',
    );
  }
  if (has('x2') !== has('y2')) add('position-path', 'An open path needs both x2 and y2.', 'Give both or neither.');
  return faults;
}

function heightFaults({ height }: SensorProfileContent): ProfileFault[] {
  const ways = [height.column, height.constant_m, height.pressure].filter((way) => way !== undefined).length;
  if (ways === 1) return [];
  const message = ways === 0 ? 'The profile gives no height.' : 'The profile gives height in more than one way.';
  return [
    {
      code: 'height-missing',
      message,
      remedy: 'Give exactly one of column with unit, constant_m, pressure.',
      path: ['height'],
    },
  ];
}

function windFaults({ wind }: SensorProfileContent): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const add = (code: string, message: string, remedy: string) => faults.push({ code, message, remedy, path: ['wind'] });
  const compass = wind.direction !== undefined || wind.speed !== undefined;
  const components = wind.east !== undefined || wind.north !== undefined;
  if (!compass && !components) {
    if (wind.absent === undefined) {
      add(
        'wind-missing',
        'The profile names no wind columns.',
        'Name them with their convention, or say why under "absent".',
      );
    }
    return faults;
  }
  if (wind.convention === undefined) {
    add(
      'wind-convention-missing',
      'The wind convention is not stated, so every position downwind of it would be a guess.',
      `Add wind.convention: one of ${WIND_CONVENTIONS.join(', ')}.`,
    );
  } else if (wind.convention.startsWith('compass') !== compass || compass === components) {
    add(
      'wind-convention-mismatch',
      `Convention "${wind.convention}" does not fit the wind columns.`,
      'Compass conventions need direction and speed; component conventions need east and north.',
    );
  }
  if (compass && (wind.direction === undefined || wind.speed === undefined)) {
    add('wind-incomplete', 'Wind by compass needs both direction and speed.', 'Name both columns.');
  }
  if (components && (wind.east === undefined || wind.north === undefined)) {
    add('wind-incomplete', 'Wind by components needs both east and north.', 'Name both columns.');
  }
  if (wind.absent !== undefined)
    add('wind-absent', 'The profile both names wind columns and calls wind absent.', 'Remove one.');
  return faults;
}

function timeFaults({ time }: SensorProfileContent): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const format = parseTimeFormat(time.format);
  if (format === undefined) {
    faults.push({
      code: 'time-format-unknown',
      message: `Time format "${time.format}" is not understood.`,
      remedy: 'Use iso, unix_s, or a pattern of yyyy yy MM dd HH mm ss SSS such as "dd/MM/yyyy HH:mm:ss".',
      path: ['time', 'format'],
    });
    return faults;
  }
  if (!/^(UTC|Z|[+-]\d\d:\d\d)$/.test(time.zone)) {
    faults.push({
      code: 'time-zone-unknown',
      message: `Time zone "${time.zone}" is not understood.`,
      remedy: 'Use UTC or a fixed offset such as +10:00.',
      path: ['time', 'zone'],
    });
  }
  if (!format.hasDate && time.date === undefined) {
    faults.push({
      code: 'date-missing',
      message: 'The times have no date and the profile states none.',
      remedy: 'Add time.date: YYYY-MM-DD, or "option" to ask whoever ingests.',
      path: ['time'],
    });
  }
  if (time.date !== undefined && time.date !== 'option' && !/^\d{4}-\d\d-\d\d$/.test(time.date)) {
    faults.push({
      code: 'date-invalid',
      message: `Date "${time.date}" is not understood.`,
      remedy: 'Use YYYY-MM-DD or "option".',
      path: ['time', 'date'],
    });
  }
  if (format.hasShortYear && time.century === undefined) {
    faults.push({
      code: 'century-missing',
      message: 'The time format has a two-digit year and no century.',
      remedy: 'Add time.century, e.g. 1900 or 2000.',
      path: ['time'],
    });
  }
  return faults;
}

function periodFaults({ recordings }: SensorProfileContent): ProfileFault[] {
  return (recordings?.period?.states ?? []).flatMap((state, index) =>
    (state.above === undefined) !== (state.equals === undefined)
      ? []
      : [
          {
            code: 'period-state',
            message: `State "${state.name}" needs exactly one of above and equals.`,
            remedy: 'Say which values of the period column belong to it.',
            path: ['recordings', 'period', 'states', String(index)],
          },
        ],
  );
}

function instrumentFaults({ instrument, concentration, position }: SensorProfileContent): ProfileFault[] {
  const faults: ProfileFault[] = [];
  const { lag, lag_s, response_s, detectionLimit_ppm, ceiling_ppm, censored } = concentration;
  const add = (code: string, message: string, remedy: string, key: string) =>
    faults.push({ code, message, remedy, path: ['concentration', ...(key === '' ? [] : [key])] });
  if (lag_s === undefined && lag === undefined) {
    add(
      'profile-key-missing',
      'The profile does not say how late readings come.',
      'Add lag_s (0 when corrected), or lag: find.',
      '',
    );
  }
  if (instrument !== undefined && ((lag_s ?? 0) > 0 || lag !== undefined || response_s !== undefined)) {
    add(
      'lag-fixed',
      'Lag and response are only undone along a track, and these are fixed instruments.',
      'Correct the times beforehand, set lag_s to 0 and leave lag and response_s out.',
      lag === undefined && response_s === undefined ? 'lag_s' : lag === undefined ? 'response_s' : 'lag',
    );
  }
  if (ceiling_ppm !== undefined && detectionLimit_ppm !== undefined && ceiling_ppm <= detectionLimit_ppm) {
    add(
      'ceiling-low',
      'The ceiling is not above the detection limit.',
      'Correct one of them; both are in ppm.',
      'ceiling_ppm',
    );
  }
  if (censored?.above !== undefined && ceiling_ppm === undefined) {
    add('ceiling-missing', 'Readings above the ceiling are declared, and no ceiling.', 'Add ceiling_ppm.', 'censored');
  }
  if (instrument === undefined && (position.x2 !== undefined || position.distance !== undefined)) {
    faults.push({
      code: 'instrument-missing',
      message: 'Open paths and arcs are fixed instruments, but the profile names none.',
      remedy: 'Add instrument.name: the columns that tell the instruments apart.',
      path: ['position'],
    });
  }
  return faults;
}
