/** Small flights as files, made by the simulator: the same bytes for the same seed, on any machine. */
import { toInstant } from '@plumeline/formats';
import { makeFlight } from '@plumeline/simulator';

export interface FlightFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where the gas came from, for judging what was found. */
  readonly source: { readonly lat: number; readonly lon: number };
}

/** One source, some `samples` samples, as the profile `plumeline-exercise` reads them. */
export function flightFile(seed: number, samples: number): FlightFile {
  const source = { x_m: 0, y_m: 0, heightAgl_m: 2, rate_kgph: 150 };
  const { series, truth } = makeFlight({ seed, samples, sources: [source] });
  const lines = ['time_utc,lat,lon,height_agl_m,leg,ch4_ppm,wind_east_to_mps,wind_north_to_mps'];
  for (let i = 0; i < series.count; i++) {
    lines.push(
      [
        toInstant(series.time_s[i]!),
        series.lat_deg[i]!.toFixed(7),
        series.lon_deg[i]!.toFixed(7),
        series.heightAgl_m[i]!.toFixed(2),
        series.leg?.[i] ?? 0,
        series.moleFraction_ppm[i]!.toFixed(5),
        series.windEast_mps![i]!.toFixed(3),
        series.windNorth_mps![i]!.toFixed(3),
      ].join(','),
    );
  }
  return {
    name: `flight-${seed}.csv`,
    bytes: new TextEncoder().encode(`${lines.join('\n')}\n`),
    source: truth.sources[0]!.position,
  };
}
