/** Runs the real command line as a process of its own, and makes small flights for it. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** `plumeline <args>` with its output as text. */
export function plumeline(...args: string[]): SpawnSyncReturns<string> {
  return spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(ROOT, 'apps/cli/src/main.ts'), ...args],
    {
      encoding: 'utf8',
      env: { ...process.env, PLUMELINE_ROOT: ROOT },
    },
  );
}

/** Where the gas of `writeFlight` comes from. */
export const SOURCE = { lat: 24.8, lon: -107.4 };
const METRES_PER_DEGREE_NORTH = 110_764;
const METRES_PER_DEGREE_EAST = 101_200;
const HEADER = 'time_utc,lat,lon,height_agl_m,leg,ch4_ppm,wind_east_to_mps,wind_north_to_mps';

export interface FlightChange {
  /** Emission of the source [kg/h]. */
  readonly rate_kgph?: number;
  /** Changes a row (0 is the first after the header) before it is written. */
  readonly row?: (cells: string[], index: number) => string[];
}

/**
 * Seven legs across a steady west wind of 5 m/s, 40 to 280 m down the wind of a source, 15 m above ground. The plume is
 * a plain Gaussian one with spreads of 0.12 and 0.08 times the distance: enough for a test of the command, no test of
 * the inversion. The jitter is a fixed sequence, so that every run writes the same bytes.
 */
export function writeFlight(
  folder: string,
  name: string,
  { rate_kgph = 20, row = (cells) => cells }: FlightChange = {},
): void {
  const lines = [HEADER];
  let second = 0;
  for (let leg = 0; leg < 7; leg++) {
    for (let step = 0; step <= 24; step++) {
      const along_m = 40 + 40 * leg;
      const across_m = (leg % 2 === 0 ? 1 : -1) * (step - 12) * 10;
      const cells = [
        new Date(Date.UTC(2025, 1, 3, 17) + 1000 * second).toISOString(),
        (SOURCE.lat + across_m / METRES_PER_DEGREE_NORTH).toFixed(7),
        (SOURCE.lon + along_m / METRES_PER_DEGREE_EAST).toFixed(7),
        '15.00',
        String(leg),
        (2 + plume_ppm(rate_kgph, along_m, across_m) + 0.01 * jitter(second)).toFixed(5),
        (5 + 0.2 * jitter(second + 0.5)).toFixed(3),
        (0.2 * jitter(second + 0.25)).toFixed(3),
      ];
      lines.push(row(cells, second).join(','));
      second++;
    }
  }
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
}

/** Methane [ppm] at 15 m above ground from a source at the ground in a wind of 5 m/s (Gaussian plume, reflected). */
function plume_ppm(rate_kgph: number, along_m: number, across_m: number): number {
  const [sy, sz] = [0.12 * along_m, 0.08 * along_m];
  const kgPerM3 =
    (rate_kgph / 3600 / (Math.PI * 5 * sy * sz)) * Math.exp(-0.5 * (across_m / sy) ** 2 - 0.5 * (15 / sz) ** 2);
  return kgPerM3 * 1.52e6;
}

/** Between -1 and 1, the same for the same place of the sequence. */
function jitter(at: number): number {
  return 2 * ((Math.abs(Math.sin(at * 12.9898 + 1)) * 43_758.5453) % 1) - 1;
}
