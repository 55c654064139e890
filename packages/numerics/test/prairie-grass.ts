/** Reader of the Prairie Grass tables (odd runs) for the tests and benchmarks of the forward models. */
import { existsSync, readFileSync } from 'node:fs';

const folder = new URL('../../../../shared/data/prairie_grass/', import.meta.url);

/** False where the data folder is not beside the checkout; tests then skip. */
export const hasPrairieGrass = existsSync(new URL('prairie_grass_arcs.csv', folder));

export interface Sampler {
  readonly arc_m: number;
  readonly azimuth_deg: number;
  readonly height_m: number;
  readonly concentration_mgpm3: number;
}

export interface Run {
  readonly run: number;
  readonly rate_gps: number;
  readonly sourceHeight_m: number;
  readonly obukhovLength_m: number;
  readonly frictionVelocity_mps: number;
  /** Infinity where the table has none. */
  readonly mixingHeight_m: number;
  readonly windFrom_deg: number;
  readonly sigmaTheta_deg: number;
  readonly windSpeed2m_mps: number;
  readonly samplers: readonly Sampler[];
}

/** Barad 1958: short mown prairie. */
export const ROUGHNESS_M = 0.006;

/** Runs that have both concentrations and weather, by number; missing concentrations (negative) are left out. */
export function loadPrairieGrass(): Run[] {
  const arcs = rows('prairie_grass_arcs.csv');
  return rows('prairie_grass_met.csv').map((met) => {
    const own = arcs.filter((row) => row.run === met.run);
    if (own.length === 0) throw new Error(`Prairie Grass run ${met.run} has weather but no samplers.`);
    return {
      run: Number(met.run),
      rate_gps: Number(own[0].Q_g_s),
      sourceHeight_m: Number(own[0].source_h_m),
      obukhovLength_m: Number(met.L_m),
      frictionVelocity_mps: Number(met.ustar_m_s),
      mixingHeight_m: Number(met.mixing_h_m) > 0 ? Number(met.mixing_h_m) : Number.POSITIVE_INFINITY,
      windFrom_deg: Number(met.wind_from_deg),
      sigmaTheta_deg: Number(met.sig_azim_deg),
      windSpeed2m_mps: Number(met.wind_2m_m_s),
      samplers: own
        .map((row) => ({
          arc_m: Number(row.arc_m),
          azimuth_deg: Number(row.azimuth_deg),
          height_m: Number(row.sampler_h_m),
          concentration_mgpm3: Number(row.conc_mg_m3),
        }))
        .filter((sampler) => sampler.concentration_mgpm3 >= 0),
    };
  });
}

function rows(name: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(new URL(name, folder), 'utf8').trim().split(/\r?\n/);
  const columns = header.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
  });
}
