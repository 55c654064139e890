/**
 * Makes the flights of this example, the same bytes every time: `node examples/locate-flight/make-flights.ts`.
 * The air, the instrument and the source are simulated (docs/science/simulator.md): puffs in a meandering wind, which is
 * not the model that locates the source.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SampleSeries } from '../../packages/core/src/index.ts';
import { type FlightSource, makeFlight } from '../../packages/simulator/src/index.ts';

/** A field in the Pacific: no place where anybody is. */
const ORIGIN = { lat: 21.5, lon: -109.5 };
/** Where the gas comes from: 60 m east and 40 m north of the middle; 5 kg/h. */
const SOURCE: FlightSource = { x_m: 60, y_m: 40, heightAgl_m: 1, rate_kgph: 5 };
const SAMPLES = 260;
const DAY_S = 86_400;

writeCsv('morning', flightOf(21, [SOURCE]), 0);
writeCsv('next-day', flightOf(24, [SOURCE]), DAY_S);
writeCsv('quiet', flightOf(23, []), 2 * DAY_S);
writeJson('flights.json', flightOf(21, [SOURCE]));

function flightOf(seed: number, sources: readonly FlightSource[]): SampleSeries {
  return makeFlight({ seed, sources, samples: SAMPLES, origin: ORIGIN, area_m: 500 }).series;
}

/** As an analyser on a small aircraft would write it, and beside it what its operator knows. */
function writeCsv(name: string, series: SampleSeries, later_s: number): void {
  const lines = ['utc,lat,lon,agl_m,leg,ch4_ppm,wind_from_deg,wind_mps'];
  for (let i = 0; i < series.count; i++) {
    const { from_deg, speed_mps } = windAt(series, i);
    lines.push(
      [
        new Date(1000 * (series.time_s[i]! + later_s)).toISOString().replace('.000', ''),
        series.lat_deg[i]!.toFixed(6),
        series.lon_deg[i]!.toFixed(6),
        series.heightAgl_m[i]!.toFixed(1),
        series.leg![i]!,
        series.moleFraction_ppm[i]!.toFixed(4),
        from_deg.toFixed(0),
        speed_mps.toFixed(2),
      ].join(','),
    );
  }
  write(`${name}.csv`, `${lines.join('\n')}\n`);
  const { noise_ppm, roughness_m, sigmaV_mps, sigmaW_mps, searchArea } = series.context;
  const [west, south, east, north] = searchArea!.map((value) => Number(value.toFixed(6)));
  const facts = {
    noise_ppm: three(noise_ppm!),
    roughness_m,
    sigma_v_mps: three(sigmaV_mps!),
    sigma_w_mps: three(sigmaW_mps!),
    area: [
      [west, south],
      [east, north],
    ],
  };
  write(`${name}.facts.json`, `${JSON.stringify(facts)}\n`);
}

/** The same flight as another program would hand it over. */
function writeJson(name: string, series: SampleSeries): void {
  const column = (values: ArrayLike<number>, digits: number) =>
    Array.from(values, (value) => Number(value.toFixed(digits)));
  const { noise_ppm, roughness_m, sigmaV_mps, sigmaW_mps, airTemperature_K, airPressure_Pa, searchArea } =
    series.context;
  const [west_deg, south_deg, east_deg, north_deg] = searchArea!.map((value) => Number(value.toFixed(6)));
  const form = {
    form: 'plumeline-flights-1',
    exercise: true,
    flights: [
      {
        name: 'morning',
        substance: 'methane',
        conditions: {
          ...{ airTemperature_K, airPressure_Pa, roughness_m },
          sigmaV_mps: three(sigmaV_mps!),
          sigmaW_mps: three(sigmaW_mps!),
        },
        instrument: { averaging_s: 1, noise_ppm: three(noise_ppm!) },
        samples: {
          time_s: column(series.time_s, 0),
          lat_deg: column(series.lat_deg, 6),
          lon_deg: column(series.lon_deg, 6),
          heightAgl_m: column(series.heightAgl_m, 1),
          moleFraction_ppm: column(series.moleFraction_ppm, 4),
          windEastTo_mps: column(series.windEast_mps!, 2),
          windNorthTo_mps: column(series.windNorth_mps!, 2),
          leg: column(series.leg!, 0),
        },
      },
    ],
    searchArea: { west_deg, south_deg, east_deg, north_deg },
    options: { nextLeg: { heights_m: [12, 20] }, seed: 7 },
  };
  // A column a line: readable, and a change of one value is a change of one line.
  const text = JSON.stringify(form, null, 1).replace(/\[\s+([-\d][^\]]*?)\s+\]/g, (_, values: string) => {
    return `[${values.replace(/\s+/g, '')}]`;
  });
  write(name, `${text}\n`);
}

function windAt(series: SampleSeries, i: number): { from_deg: number; speed_mps: number } {
  const [east, north] = [series.windEast_mps![i]!, series.windNorth_mps![i]!];
  const from_deg = ((Math.atan2(-east, -north) * 180) / Math.PI + 360) % 360;
  return { from_deg: Math.round(from_deg) % 360, speed_mps: Math.hypot(east, north) };
}

function three(value: number): number {
  return Number(value.toPrecision(3));
}

function write(name: string, text: string): void {
  writeFileSync(join(import.meta.dirname, name), text);
}
