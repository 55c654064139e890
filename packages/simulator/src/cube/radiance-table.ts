/**
 * At-sensor radiance over a white ground as a function of the gas column, band by band: the table through which plumes
 * are injected, non-linear because lines saturate within a band.
 *
 *   L_b(rho, m, z) = rho / pi cos(sun) sum_k r_bk E(lambda_k) exp(-k_k (m + m_air(z)) - w(z) d_k)  + P_b(z)
 *
 * m enhancement [ppm m], m_air what the clean air holds on both ways, w water vapour, P a little light scattered in
 * the air that never saw the ground. Radiance in uW nm-1 cm-2 sr-1.
 */
import { fineGrid_nm, methaneAbsorption, waterDepth } from './gas-absorption.ts';
import { bandResponse, type SensorBands, throughBands } from './sensor-bands.ts';

export interface RadianceTable {
  readonly bands: SensorBands;
  /** Enhancements of the nodes [ppm m], from 0 up. */
  readonly enhancement_ppmm: Float64Array;
  /** Radiance over a white ground, [node x band]. */
  readonly radiance: Float64Array;
  /** Path radiance, [band]. */
  readonly path: Float64Array;
}

export interface AtmosphereOptions {
  /** Height of the ground above the sea [m]. Default 300. */
  readonly groundMsl_m?: number;
  /** Water vapour over the sea [g cm-2]. Default 1.2. */
  readonly water_gpcm2?: number;
  /** Sun's angle from the zenith [rad]. Default 0.6. */
  readonly sunZenith_rad?: number;
}

/** Nodes as close as the curvature asks: under 1e-5 relative error of linear interpolation in ln L. */
const NODES_PPMM = [0, 125, 250, 500, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12000, 16000, 24000, 32000];
/** Methane in clean air, down and up again: 1.9 ppm times a scale height of 8 km and the air mass. */
const CLEAN_METHANE_PPMM = 1.9 * 8000;
const METHANE_SCALE_HEIGHT_M = 8000;
const WATER_SCALE_HEIGHT_M = 2000;
const FLIGHT_MSL_M = 8000;
const PATH_SHARE = 0.006;

export function radianceTable(bands: SensorBands, options: AtmosphereOptions = {}): RadianceTable {
  const { groundMsl_m = 300, water_gpcm2 = 1.2, sunZenith_rad = 0.6 } = options;
  const grid = fineGrid_nm();
  const response = bandResponse(bands, grid);
  const methane = methaneAbsorption();
  const water = waterDepth();
  const airMass = 1 / Math.cos(sunZenith_rad);
  // Down through all of the air, up to the aircraft; enhancement near the ground is crossed both ways as well, which
  // the absorption coefficient per ppm m already counts (it is fitted to two-way tables).
  const share = (scale: number) => {
    const above = Math.exp(-groundMsl_m / scale);
    return (airMass * above + above - Math.exp(-Math.max(FLIGHT_MSL_M, groundMsl_m + 1500) / scale)) / 2;
  };
  const clean = CLEAN_METHANE_PPMM * share(METHANE_SCALE_HEIGHT_M);
  const vapour = water_gpcm2 * share(WATER_SCALE_HEIGHT_M);
  const sun = grid.map((nm) => (solarIrradiance(nm) * Math.cos(sunZenith_rad)) / Math.PI);
  const radiance = new Float64Array(NODES_PPMM.length * bands.centre_nm.length);
  NODES_PPMM.forEach((m, node) => {
    const fine = grid.map((_, k) => sun[k] * Math.exp(-methane[k] * (m + clean) - vapour * water[k]));
    radiance.set(throughBands(response, fine), node * bands.centre_nm.length);
  });
  const path = throughBands(response, sun).map((value) => value * PATH_SHARE * Math.exp(-groundMsl_m / 4000));
  return { bands, enhancement_ppmm: Float64Array.from(NODES_PPMM), radiance, path };
}

/** Sun at the top of the air [uW cm-2 nm-1]: black body of 5777 K seen under 6.8e-5 sr, close to Thuillier at 2-2.5 um. */
function solarIrradiance(wavelength_nm: number): number {
  const metres = wavelength_nm * 1e-9;
  const planck = 1.191042972e-16 / metres ** 5 / Math.expm1(0.01438776877 / (metres * 5777));
  // W m-2 sr-1 m-1 times solid angle; 1 W m-2 m-1 = 1e-7 uW cm-2 nm-1.
  return planck * 6.8e-5 * 1e-7;
}

/** Radiance at an enhancement [ppm m] into `out` [band]: linear in ln L between nodes, so Beer-Lambert within each. */
export function readRadiance(table: RadianceTable, m_ppmm: number, out: Float64Array): void {
  const nodes = table.enhancement_ppmm;
  const bands = out.length;
  let node = 0;
  while (node < nodes.length - 2 && nodes[node + 1] <= m_ppmm) node++;
  const t = (m_ppmm - nodes[node]) / (nodes[node + 1] - nodes[node]);
  for (let b = 0; b < bands; b++) {
    const low = table.radiance[node * bands + b];
    out[b] = t === 0 ? low : low * (table.radiance[(node + 1) * bands + b] / low) ** t;
  }
}

/**
 * Unit absorption d ln L / dm [per ppm m], negative: least-squares slope of ln L over the nodes up to `highest_ppmm`,
 * the way mag1c makes its target from its table.
 */
export function unitAbsorption(table: RadianceTable, highest_ppmm = 16000): Float64Array {
  const bands = table.bands.centre_nm.length;
  const nodes = [...table.enhancement_ppmm].filter((m) => m <= highest_ppmm);
  const mean = nodes.reduce((sum, m) => sum + m, 0) / nodes.length;
  const spread = nodes.reduce((sum, m) => sum + (m - mean) ** 2, 0);
  return Float64Array.from({ length: bands }, (_, b) =>
    nodes.reduce((sum, m, node) => sum + ((m - mean) * Math.log(table.radiance[node * bands + b])) / spread, 0),
  );
}
