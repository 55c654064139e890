/**
 * Exercise cubes: what an imaging spectrometer would have recorded over a made-up scene with gas from known sources.
 *
 *   L = gain_sb (rho_b(x) T_b(m(x), z(x)) + P_b) + noise,   sd(noise) = a sqrt(b + L) + c
 *
 * rho ground reflectance, T radiance over white ground through the gas (radiance-table.ts), gain a per-column and
 * per-band error, noise in the form of EMIT and AVIRIS-NG. Same seed and options, same bytes.
 */
import type { Weather } from '../air.ts';
import { type Random, randomFrom } from '../random.ts';
import { addPlume, type GroundSource, sceneAir } from './plume-columns.ts';
import { type RadianceTable, radianceTable, readRadiance, unitAbsorption } from './radiance-table.ts';
import { methaneWindowBands, type SensorBands } from './sensor-bands.ts';
import { type Regime, type SurfaceMap, surfaceMap } from './surface-map.ts';
import { reflectance } from './surface-spectra.ts';

/** sd [uW nm-1 cm-2 sr-1] = a sqrt(b + L) + c; one value, or one a band. */
export interface CubeNoise {
  readonly a: number | Float64Array;
  readonly b: number | Float64Array;
  readonly c: number | Float64Array;
}

/** About AVIRIS-NG in the methane window. */
export const AVIRIS_NG_NOISE: CubeNoise = { a: 0.0026, b: 0.27, c: 0 };

export interface CubeOptions {
  readonly seed: number;
  readonly regime: Regime;
  /** Default 1242 x 32. */
  readonly lines?: number;
  readonly samples?: number;
  /** Side of a pixel [m]. Default 4. */
  readonly pixel_m?: number;
  /** Sources, or how many to draw. Default 3. */
  readonly sources?: number | readonly GroundSource[];
  /** Wind and turbulence; drawn unless given. */
  readonly weather?: Weather;
  readonly bands?: SensorBands;
  readonly noise?: CubeNoise;
  /** Relative standard deviation of the gain of each column and band. Default 0.003. */
  readonly columnGainSd?: number;
  /** Share of a pixel's light that falls into each of its four neighbours. Default 0.02. */
  readonly spill?: number;
}

export interface SimulatedCube {
  /** What an operator has. Radiance [line x sample x band], uW nm-1 cm-2 sr-1. */
  readonly cube: {
    readonly exercise: true;
    readonly lines: number;
    readonly samples: number;
    readonly bands: SensorBands;
    readonly radiance: Float32Array;
    readonly radianceUnit: 'uW nm-1 cm-2 sr-1';
    readonly description: string;
    readonly pixel_m: number;
    /** Wind at 10 m as a station would give it, and how far to trust it. */
    readonly windSpeed_mps: number;
    readonly windSpeedSd_mps: number;
    readonly windFrom_deg: number;
    readonly windFromSd_deg: number;
    /** d ln L per ppm m of methane, [band], of the exercise's own absorption. */
    readonly unitAbsorption_perPpmM: Float64Array;
    readonly table: RadianceTable;
  };
  readonly truth: CubeTruth;
}

export interface CubeTruth {
  readonly regime: Regime;
  readonly seed: number;
  readonly sources: readonly GroundSource[];
  readonly weather: Weather;
  /** Enhancement [ppm m], line x sample. */
  readonly enhancement_ppmm: Float32Array;
  readonly lookAlike: Uint8Array;
}

export function simulateCube(options: CubeOptions): SimulatedCube {
  const { regime, seed, lines = 1242, samples = 32, pixel_m = 4 } = options;
  const random = randomFrom(seed).stream('cube').stream(regime);
  const bands = options.bands ?? methaneWindowBands();
  const grid = { lines, samples, pixel_m };
  const weather = options.weather ?? drawWeather(random.stream('weather'));
  const sources = drawSources(options.sources ?? 3, grid, random.stream('sources'));
  const air = sceneAir(weather, grid, random.stream('air'));
  const enhancement_ppmm = new Float32Array(lines * samples);
  sources.forEach((source, n) => {
    addPlume(enhancement_ppmm, grid, source, air, random.stream('plume').stream(n));
  });
  const map = surfaceMap(regime, lines, samples, random.stream('surface'));
  const tables = tablesOver(bands, map.groundMsl_m, random.stream('atmosphere'));
  const clean = cleanRadiance(map, enhancement_ppmm, tables, bands);
  const radiance = throughInstrument(clean, { lines, samples, bands: bands.centre_nm.length }, options, random);
  return {
    cube: {
      exercise: true,
      lines,
      samples,
      bands,
      radiance,
      radianceUnit: 'uW nm-1 cm-2 sr-1',
      description: `EXERCISE, SIMULATED cube, ${regime}, seed ${seed}`,
      pixel_m,
      ...reportedWind(weather, random.stream('station')),
      unitAbsorption_perPpmM: unitAbsorption(tables[0].table),
      table: tables[0].table,
    },
    truth: { regime, seed, sources, weather, enhancement_ppmm, lookAlike: map.lookAlike },
  };
}

function drawWeather(random: Random): Weather {
  const speed = random.between(1.8, 6);
  const towards = random.between(0, 2 * Math.PI);
  const sigmaV = speed * random.logBetween(0.12, 0.28);
  return {
    windEast_mps: speed * Math.sin(towards),
    windNorth_mps: speed * Math.cos(towards),
    roughness_m: 0.05,
    sigmaV_mps: sigmaV,
    sigmaW_mps: sigmaV * random.between(0.4, 0.85),
    lagrangianTime_s: random.logBetween(80, 250),
    verticalTime_s: random.logBetween(30, 100),
    relativeShare: random.between(0.24, 0.38),
    meanderShare: random.between(0.25, 0.4),
    meanderLength_m: [60, 900],
    driftTime_s: random.logBetween(200, 800),
    turning_radps: 0,
    mixingHeight_m: random.logBetween(500, 1600),
  };
}

function drawSources(
  sources: number | readonly GroundSource[],
  grid: { readonly lines: number; readonly samples: number },
  random: Random,
): readonly GroundSource[] {
  if (typeof sources !== 'number') return sources;
  return Array.from({ length: sources }, (_, n) => ({
    // One in each stretch of the line, so that plumes seldom overlap.
    line: (grid.lines * (n + random.between(0.15, 0.85))) / sources,
    sample: random.between(0.15, 0.85) * grid.samples,
    rate_kgph: random.logBetween(40, 1500),
    extent_m: random.logBetween(3, 12),
  }));
}

interface LevelTable {
  readonly groundMsl_m: number;
  readonly table: RadianceTable;
}

const LEVEL_STEP_M = 400;

/** Radiance tables at heights of the ground that span the scene. */
function tablesOver(bands: SensorBands, groundMsl_m: Float32Array, random: Random): LevelTable[] {
  const atmosphere = { water_gpcm2: random.between(0.4, 2.5), sunZenith_rad: random.between(0.3, 1) };
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const z of groundMsl_m) [low, high] = [Math.min(low, z), Math.max(high, z)];
  const levels = Math.max(2, Math.ceil((high - low) / LEVEL_STEP_M) + 1);
  return Array.from({ length: levels }, (_, i) => {
    const level = low + ((high - low) * i) / (levels - 1);
    return { groundMsl_m: level, table: radianceTable(bands, { ...atmosphere, groundMsl_m: level }) };
  });
}

/** Radiance before the instrument [line x sample x band]. */
function cleanRadiance(
  map: SurfaceMap,
  enhancement_ppmm: Float32Array,
  tables: readonly LevelTable[],
  { centre_nm }: SensorBands,
): Float32Array {
  const bands = centre_nm.length;
  const rho = map.spectra.map((spectrum) => reflectance(spectrum, centre_nm));
  const out = new Float32Array(enhancement_ppmm.length * bands);
  const [below, above] = [new Float64Array(bands), new Float64Array(bands)];
  const span = tables[1].groundMsl_m - tables[0].groundMsl_m;
  for (let p = 0; p < enhancement_ppmm.length; p++) {
    const position = span > 0 ? (map.groundMsl_m[p] - tables[0].groundMsl_m) / span : 0;
    const level = Math.max(0, Math.min(tables.length - 2, Math.floor(position)));
    const t = position - level;
    readRadiance(tables[level].table, enhancement_ppmm[p], below);
    readRadiance(tables[level + 1].table, enhancement_ppmm[p], above);
    const [first, second, share] = [rho[map.first[p]], rho[map.second[p]], map.share[p]];
    const path = tables[level].table.path;
    for (let b = 0; b < bands; b++) {
      const ground = map.brightness[p] * ((1 - share) * first[b] + share * second[b]);
      out[p * bands + b] = ground * ((1 - t) * below[b] + t * above[b]) + path[b];
    }
  }
  return out;
}

function throughInstrument(
  clean: Float32Array,
  shape: { readonly lines: number; readonly samples: number; readonly bands: number },
  options: CubeOptions,
  random: Random,
): Float32Array {
  const { columnGainSd = 0.003, spill = 0.02, noise = AVIRIS_NG_NOISE } = options;
  const { lines, samples, bands } = shape;
  const gains = random.stream('gain');
  const gain = Float64Array.from({ length: samples * bands }, () => 1 + columnGainSd * gains.normal());
  const [a, b, c] = [noise.a, noise.b, noise.c].map((v) =>
    typeof v === 'number' ? new Float64Array(bands).fill(v) : v,
  );
  const noises = random.stream('noise');
  const out = new Float32Array(clean.length);
  const row = samples * bands;
  for (let line = 0; line < lines; line++) {
    const up = line > 0 ? -row : 0;
    const down = line < lines - 1 ? row : 0;
    for (let sample = 0; sample < samples; sample++) {
      const left = sample > 0 ? -bands : 0;
      const right = sample < samples - 1 ? bands : 0;
      for (let k = 0; k < bands; k++) {
        const i = line * row + sample * bands + k;
        const around = clean[i + up] + clean[i + down] + clean[i + left] + clean[i + right];
        const seen = gain[sample * bands + k] * ((1 - 4 * spill) * clean[i] + spill * around);
        out[i] = Math.max(1e-6, seen + (a[k] * Math.sqrt(b[k] + seen) + c[k]) * noises.normal());
      }
    }
  }
  return out;
}

/** A ten-minute wind from a station nearby: right to some 15 % and 10 degrees. */
function reportedWind(weather: Weather, random: Random) {
  const speed = Math.hypot(weather.windEast_mps, weather.windNorth_mps);
  const from = (Math.atan2(-weather.windEast_mps, -weather.windNorth_mps) * 180) / Math.PI;
  return {
    windSpeed_mps: speed * Math.max(0.3, 1 + 0.15 * random.normal()),
    windSpeedSd_mps: 0.15 * speed,
    windFrom_deg: (((from + 10 * random.normal()) % 360) + 360) % 360,
    windFromSd_deg: 10,
  };
}
