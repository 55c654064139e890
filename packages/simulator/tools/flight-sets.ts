/** The two sets of one-source flights that are compared. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { localFrameAt } from '@plumeline/core';
import { type FlightStatistics, flightStatistics } from '../src/flight-statistics.ts';
import { makeFlight } from '../src/index.ts';

const FOLDER = new URL('../../../../shared/data/sim_flights/', import.meta.url);

/** Statistics of the 42 one-source flights of the data folder, or undefined where it is absent. */
export function simFlightStatistics(): FlightStatistics[] | undefined {
  if (!existsSync(FOLDER)) return undefined;
  const names = readdirSync(FOLDER).filter((name) => /^f1_.*\.csv$/.test(name));
  return names.map((name) => {
    const truth = JSON.parse(readFileSync(new URL(name.replace('.csv', '.truth.json'), FOLDER), 'utf8'));
    const rows = readFileSync(new URL(name, FOLDER), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));
    const column = (index: number) => rows.map((row) => Number(row[index]));
    const frame = localFrameAt({ lat: 24.8, lon: -107.4 });
    const [lat, lon] = [column(1), column(2)];
    const points = lat.map((value, i) => frame.toLocal({ lat: value, lon: lon[i] }));
    const [source] = truth.sources;
    return flightStatistics({
      x_m: points.map(({ x_m }) => x_m),
      y_m: points.map(({ y_m }) => y_m),
      leg: column(4),
      moleFraction_ppm: column(5),
      windEast_mps: column(6),
      windNorth_mps: column(7),
      noise_ppm: truth.noise_ppm,
      sigmaV_mps: truth.sigma_v_mps,
      source: { ...frame.toLocal(source), rate_kgph: source.rate_kgph },
    });
  });
}

/** Statistics of as many generated flights of the same length and kind. */
export function generatedStatistics(count: number): FlightStatistics[] {
  return Array.from({ length: count }, (_, seed) => {
    const { series, truth, frame } = makeFlight({ seed, samples: 750 });
    const points = Array.from(series.lat_deg, (lat, i) => frame.toLocal({ lat, lon: series.lon_deg[i] }));
    return flightStatistics({
      x_m: points.map(({ x_m }) => x_m),
      y_m: points.map(({ y_m }) => y_m),
      leg: series.leg!,
      moleFraction_ppm: series.moleFraction_ppm,
      windEast_mps: series.windEast_mps!,
      windNorth_mps: series.windNorth_mps!,
      noise_ppm: truth.noise_ppm,
      sigmaV_mps: truth.weather.sigmaV_mps,
      source: truth.sources[0],
    });
  });
}
