/**
 * What lies on the ground of a scene: six regimes, each a mosaic of patches with brightness texture, gradual mixing of
 * two surfaces within a patch, and look-alike surfaces. Everything is drawn from the seed.
 */
import type { Random } from '../random.ts';
import { SURFACES, type SurfaceSpectrum, surfaceNamed, variantOf } from './surface-spectra.ts';

export type Regime = 'desert' | 'town' | 'vegetation' | 'coast' | 'snow' | 'mixed altitude';
export const REGIMES: readonly Regime[] = ['desert', 'town', 'vegetation', 'coast', 'snow', 'mixed altitude'];

export interface SurfaceMap {
  readonly spectra: readonly SurfaceSpectrum[];
  /** Per pixel, line x sample: two surfaces, the share of the second, brightness, height of the ground [m above sea]. */
  readonly first: Uint16Array;
  readonly second: Uint16Array;
  readonly share: Float32Array;
  readonly brightness: Float32Array;
  readonly groundMsl_m: Float32Array;
  /** 1 where the ground is a look-alike. */
  readonly lookAlike: Uint8Array;
}

interface Recipe {
  readonly surfaces: readonly string[];
  /** Pixels a patch, about. */
  readonly patch: number;
  readonly texture: number;
  readonly relief_m: number;
  readonly lookAlikes: readonly string[];
  /** Patches of look-alikes per 10,000 pixels, and their side [pixels]. */
  readonly lookAlikeDensity: number;
  readonly lookAlikeSide: readonly [number, number];
}

const RECIPES: Record<Regime, Recipe> = {
  desert: {
    surfaces: [
      'quartz sand',
      'desert pavement',
      'kaolinite soil',
      'smectite soil',
      'basalt',
      'granite',
      'gypsum playa',
    ],
    patch: 1500,
    texture: 0.12,
    relief_m: 30,
    lookAlikes: ['limestone', 'dolomite', 'serpentine'],
    lookAlikeDensity: 1,
    lookAlikeSide: [8, 25],
  },
  town: {
    surfaces: ['asphalt', 'concrete', 'brick', 'metal roof', 'dry grass', 'bare field', 'forest'],
    patch: 90,
    texture: 0.2,
    relief_m: 15,
    lookAlikes: ['bitumen roof', 'painted roof', 'PVC tarpaulin', 'solar panel', 'polyethylene sheet'],
    lookAlikeDensity: 12,
    lookAlikeSide: [2, 9],
  },
  vegetation: {
    surfaces: ['green crop', 'forest', 'dry grass', 'bare field', 'brush'],
    patch: 900,
    texture: 0.15,
    relief_m: 25,
    lookAlikes: ['polyethylene sheet', 'solar panel'],
    lookAlikeDensity: 0.7,
    lookAlikeSide: [3, 15],
  },
  coast: {
    surfaces: ['wet sand', 'quartz sand', 'dry grass', 'brush', 'concrete', 'asphalt'],
    patch: 700,
    texture: 0.15,
    relief_m: 5,
    lookAlikes: ['limestone', 'painted roof', 'PVC tarpaulin'],
    lookAlikeDensity: 1.5,
    lookAlikeSide: [3, 14],
  },
  snow: {
    surfaces: ['snow', 'old snow', 'dark rock', 'granite', 'brush'],
    patch: 1200,
    texture: 0.25,
    relief_m: 150,
    lookAlikes: ['dolomite', 'serpentine'],
    lookAlikeDensity: 0.7,
    lookAlikeSide: [5, 16],
  },
  'mixed altitude': {
    surfaces: ['granite', 'basalt', 'brush', 'dry grass', 'bare field', 'smectite soil', 'forest'],
    patch: 1000,
    texture: 0.2,
    relief_m: 900,
    lookAlikes: ['limestone', 'serpentine'],
    lookAlikeDensity: 1,
    lookAlikeSide: [6, 20],
  },
};

/** The scene of a regime, `lines` x `samples` pixels. */
export function surfaceMap(regime: Regime, lines: number, samples: number, random: Random): SurfaceMap {
  const recipe = RECIPES[regime];
  const count = lines * samples;
  const map = {
    spectra: [] as SurfaceSpectrum[],
    first: new Uint16Array(count),
    second: new Uint16Array(count),
    share: new Float32Array(count),
    brightness: new Float32Array(count),
    groundMsl_m: new Float32Array(count),
    lookAlike: new Uint8Array(count),
  };
  layPatches(map, recipe, lines, samples, random.stream('patches'));
  if (regime === 'coast') floodSea(map, lines, samples, random.stream('sea'));
  layLookAlikes(map, recipe, lines, samples, random.stream('look-alikes'));
  const texture = smoothField(lines, samples, 9, random.stream('texture'));
  const grain = random.stream('grain');
  const relief = smoothField(lines, samples, 220, random.stream('relief'));
  for (let p = 0; p < count; p++) {
    map.brightness[p] = Math.exp(recipe.texture * texture[p] + 0.04 * grain.normal());
    map.groundMsl_m[p] = 300 + recipe.relief_m * (1 + relief[p] / 2);
  }
  return map;
}

/** Mosaic: each pixel goes to the nearest seed in a plane warped by smooth fields, so that borders wind. */
function layPatches(
  map: SurfaceMap & { spectra: SurfaceSpectrum[] },
  recipe: Recipe,
  lines: number,
  samples: number,
  random: Random,
): void {
  const seeds = Math.max(4, Math.round(((lines + 40) * (samples + 40)) / recipe.patch));
  const at = Array.from({ length: seeds }, () => {
    // Two spectra of one kind, between which the patch varies; or now and then of two kinds.
    const kind = surfaceNamed(random.pick(recipe.surfaces));
    const other = random.uniform() < 0.3 ? surfaceNamed(random.pick(recipe.surfaces)) : kind;
    const index = map.spectra.length;
    map.spectra.push(variantOf(kind, random.normal), variantOf(other, random.normal));
    return { line: random.between(-20, lines + 20), sample: random.between(-20, samples + 20), index };
  });
  const reach = Math.sqrt(recipe.patch);
  const warpLine = smoothField(lines, samples, reach / 2, random.stream('warp-line'));
  const warpSample = smoothField(lines, samples, reach / 2, random.stream('warp-sample'));
  const mix = smoothField(lines, samples, reach, random.stream('mix'));
  for (let line = 0; line < lines; line++)
    for (let sample = 0; sample < samples; sample++) {
      const p = line * samples + sample;
      const y = line + 0.3 * reach * warpLine[p];
      const x = sample + 0.3 * reach * warpSample[p];
      let best = at[0];
      let nearest = Number.POSITIVE_INFINITY;
      for (const seed of at) {
        const d = (seed.line - y) ** 2 + (seed.sample - x) ** 2;
        if (d < nearest) [nearest, best] = [d, seed];
      }
      map.first[p] = best.index;
      map.second[p] = best.index + 1;
      map.share[p] = 1 / (1 + Math.exp(-1.5 * mix[p]));
    }
}

/** Sea on one side of a winding shore, with a strip of wet sand. */
function floodSea(
  map: SurfaceMap & { spectra: SurfaceSpectrum[] },
  lines: number,
  samples: number,
  random: Random,
): void {
  const water = map.spectra.length;
  map.spectra.push(variantOf(surfaceNamed('water'), random.normal), variantOf(surfaceNamed('water'), random.normal));
  const wander = smoothField(lines, samples, 60, random.stream('shore'));
  const shore = lines * random.between(0.55, 0.7);
  for (let p = 0; p < map.first.length; p++) {
    if (Math.floor(p / samples) + 40 * wander[p] < shore) continue;
    map.first[p] = water;
    map.second[p] = water + 1;
  }
}

/** Look-alikes as rectangles (roofs, sheets, panels) or, for minerals, ellipses. */
function layLookAlikes(
  map: SurfaceMap & { spectra: SurfaceSpectrum[] },
  recipe: Recipe,
  lines: number,
  samples: number,
  random: Random,
): void {
  const patches = Math.round((recipe.lookAlikeDensity * lines * samples) / 1e4);
  for (let n = 0; n < patches; n++) {
    const spectrum = surfaceNamed(random.pick(recipe.lookAlikes));
    const index = map.spectra.length;
    map.spectra.push(variantOf(spectrum, random.normal), variantOf(spectrum, random.normal));
    const [low, high] = recipe.lookAlikeSide;
    const [half, wide] = [random.between(low, high) / 2, random.between(low, high) / 2];
    const [cl, cs] = [random.between(0, lines), random.between(0, samples)];
    const round = ['limestone', 'dolomite', 'serpentine'].includes(spectrum.name);
    for (let line = Math.max(0, Math.ceil(cl - half)); line <= Math.min(lines - 1, cl + half); line++)
      for (let sample = Math.max(0, Math.ceil(cs - wide)); sample <= Math.min(samples - 1, cs + wide); sample++) {
        if (round && ((line - cl) / half) ** 2 + ((sample - cs) / wide) ** 2 > 1) continue;
        const p = line * samples + sample;
        map.first[p] = index;
        map.second[p] = index + 1;
        map.lookAlike[p] = 1;
      }
  }
}

/** Smooth field of about unit variance and the given length [pixels]: bicubic-like blend of normals on a lattice. */
export function smoothField(lines: number, samples: number, length: number, random: Random): Float32Array {
  const rows = Math.ceil(lines / length) + 3;
  const cols = Math.ceil(samples / length) + 3;
  const nodes = Float64Array.from({ length: rows * cols }, () => random.normal());
  const [dy, dx] = [random.uniform(), random.uniform()];
  const field = new Float32Array(lines * samples);
  for (let line = 0; line < lines; line++) {
    const y = line / length + dy;
    const j = Math.floor(y);
    const wy = splineWeights(y - j);
    for (let sample = 0; sample < samples; sample++) {
      const x = sample / length + dx;
      const i = Math.floor(x);
      const wx = splineWeights(x - i);
      let sum = 0;
      let power = 0;
      for (let a = 0; a < 3; a++)
        for (let b = 0; b < 3; b++) {
          const w = wy[a] * wx[b];
          sum += w * nodes[(j + a) * cols + i + b];
          power += w * w;
        }
      field[line * samples + sample] = sum / Math.sqrt(power);
    }
  }
  return field;
}

/** Quadratic B-spline weights of three neighbouring nodes. */
function splineWeights(t: number): readonly [number, number, number] {
  return [0.5 * (1 - t) ** 2, 0.75 - (t - 0.5) ** 2, 0.5 * t * t];
}

/** Names of all surfaces that detection must not take for gas. */
export const LOOK_ALIKE_NAMES: readonly string[] = SURFACES.filter((s) => s.lookAlike).map((s) => s.name);
