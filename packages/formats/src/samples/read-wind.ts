import type { Measure, SensorProfile } from '../profile/schema.ts';
import type { ColumnReader } from './column-reader.ts';

/** Where the air goes to [m s-1]. */
export interface WindColumns {
  readonly east_mps: Float64Array;
  readonly north_mps: Float64Array;
}

/** Strongest believable wind [m s-1]: above any surface wind measured outside a tornado (113, Barrow Island 1996). */
export const STRONGEST_WIND_MPS = 120;

/** Where the air goes to, east and north [m s-1], from whichever convention the profile states. */
export function readWind(reader: ColumnReader, { wind }: SensorProfile): WindColumns | undefined {
  if (wind.convention === undefined) return undefined;
  const remedy = 'Correct the value or its unit, or declare it missing in the profile.';
  const sign = wind.convention.endsWith('from') ? -1 : 1;
  if (wind.direction && wind.speed) {
    const direction_deg = reader.numbers(wind.direction, 'needed');
    const speed_mps = reader.numbers(wind.speed, 'needed');
    reader.requireRange(direction_deg, {
      code: 'wind-direction-range',
      column: wind.direction.column,
      what: 'a direction',
      unit: 'deg',
      low: -180,
      high: 360,
      remedy,
    });
    reader.requireRange(speed_mps, {
      code: 'wind-speed-range',
      column: wind.speed.column,
      what: 'a wind speed',
      unit: 'm/s',
      low: 0,
      high: STRONGEST_WIND_MPS,
      remedy,
    });
    const radian = Math.PI / 180;
    return {
      east_mps: speed_mps.map((speed, row) => sign * speed * Math.sin(direction_deg[row] * radian)),
      north_mps: speed_mps.map((speed, row) => sign * speed * Math.cos(direction_deg[row] * radian)),
    };
  }
  const read = (measure: Measure) => {
    const values = reader.numbers(measure, 'needed');
    const bounds = { low: -STRONGEST_WIND_MPS, high: STRONGEST_WIND_MPS };
    reader.requireRange(values, {
      code: 'wind-speed-range',
      column: measure.column,
      what: 'a wind component',
      unit: 'm/s',
      ...bounds,
      remedy,
    });
    return values.map((value) => sign * value);
  };
  return { east_mps: read(wind.east!), north_mps: read(wind.north!) };
}
