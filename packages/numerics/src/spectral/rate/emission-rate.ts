/**
 * Emission rate of a plume (Q1), by two methods whose agreement is part of the answer:
 *
 *   Q_ime = U_eff IME / L,        U_eff = kappa_ime U_10             integrated mass enhancement, Varon & al. 2018
 *   Q_csf = kappa_csf U_10 mean_d q(d)                               cross-sectional flux, Kuhlmann & al. 2024
 *   ln Q = (ln Q_ime + ln Q_csf) / 2
 *
 * Every draw of a seeded Monte-Carlo takes another mask (grown, as found, shrunk), wind, background, pixel noise and
 * model error; the spread of the draws is the interval, and each cause alone its share. kappa and the model's spread
 * were set on 72 simulated cubes with known rate; 47 others were kept aside (docs/science/emission-rate.md).
 */
import { plumeShape } from '../detection/plume-shape.ts';
import { countedUniform, sortedQuantile } from '../detection/robust-statistics.ts';
import {
  type AmountMap,
  type Background,
  grownMask,
  type MaskSums,
  maskSums,
  massPerPpmM,
  ringBackground,
  type Transect,
  transects,
} from './plume-mass.ts';
import { type SourcePoint, sourcePoint, type WindInImage } from './source-point.ts';

export interface RateSettings {
  readonly kappaIme: number;
  readonly kappaCsf: number;
  /** Standard deviation of ln rate that the methods' own simplifications cause, common part and each method's. */
  readonly commonLnSd: number;
  readonly imeLnSd: number;
  readonly csfLnSd: number;
  readonly draws: number;
}

/** Set on the 72 training cubes (seeds 1000-1071); see docs/science/emission-rate.md. */
export const RATE_SETTINGS: RateSettings = {
  kappaIme: 0.62,
  kappaCsf: 0.9,
  commonLnSd: 0.4,
  imeLnSd: 0.25,
  csfLnSd: 0.25,
  draws: 1000,
};

export interface RateOptions {
  readonly molarMass_kgpmol: number;
  readonly wind: WindInImage;
  readonly seed: number;
  /** Pixels of all plumes, so that a neighbour's gas is not taken for this one's or for background. */
  readonly otherPlumes?: Uint8Array;
  readonly settings?: RateSettings;
  /** Pressure and temperature that the amounts' volume refers to. Default 1013.25 hPa, 288.15 K. */
  readonly pressure_Pa?: number;
  readonly temperature_K?: number;
}

export interface Interval {
  readonly median: number;
  readonly low90: number;
  readonly high90: number;
  readonly low50: number;
  readonly high50: number;
}

export interface EmissionRate {
  readonly rate_kgph: Interval;
  readonly byIntegratedMass_kgph: Interval;
  /** Absent where the scene cuts every transect. */
  readonly byCrossSection_kgph?: Interval;
  readonly lnSd: number;
  /** Variance of ln rate that each cause alone makes. */
  readonly variance: Readonly<Record<Cause, number>>;
  readonly mass_kg: number;
  readonly background_ppmm: number;
  readonly backgroundSd_ppmm: number;
  readonly source: SourcePoint;
  /** What weakens the number, in words. */
  readonly doubts: readonly string[];
}

export type Cause = 'mask' | 'wind' | 'background' | 'noise' | 'model';
const CAUSES: readonly Cause[] = ['mask', 'wind', 'background', 'noise', 'model'];

/** The mask as found, and one pixel more and less: how far thresholds move an edge. */
const MASK_STEPS = [-1, 0, 1];
/** Transects nearer than this [pixels] or in the last part of the plume see only part of the gas. */
const NEAREST_TRANSECT = 2;
const LAST_SHARE = 0.8;
/** Rates below this share of the plain estimate are what noise may do to a sum; ln needs a floor. */
const FLOOR_SHARE = 0.02;

/** @throws RangeError when the mask is empty or the wind is not a positive speed. */
export function emissionRate(map: AmountMap, pixels: Int32Array, options: RateOptions): EmissionRate {
  if (pixels.length === 0) throw new RangeError('The plume has no pixels.');
  if (!(options.wind.speed_mps > 0)) throw new RangeError('A rate needs a wind speed above zero [m s-1].');
  const settings = options.settings ?? RATE_SETTINGS;
  const shape = plumeShape(pixels, map.amount_ppmm, map.lines, map.samples);
  const source = sourcePoint(map, pixels, shape, options.wind);
  const others = withoutOwn(options.otherPlumes, pixels);
  const facts: Facts = {
    masks: MASK_STEPS.map((steps) => maskSums(map, grownMask(pixels, map.lines, map.samples, steps))),
    across: usefulTransects(transects(map, source, others), source, map.pixel_m),
    background: boundedBackground(ringBackground(map, pixels, options.otherPlumes)),
    pixel_m: map.pixel_m,
    mass: massPerPpmM(options.molarMass_kgpmol, options.pressure_Pa, options.temperature_K),
    wind: options.wind,
    settings,
  };
  const all = draw(facts, options.seed, new Set(CAUSES));
  const alone = (cause: Cause) => lnVariance(draw(facts, options.seed, new Set([cause])).rate);
  const own = facts.masks[1];
  return {
    rate_kgph: intervalOf(all.rate),
    byIntegratedMass_kgph: intervalOf(all.ime),
    ...(all.csf.length > 0 && { byCrossSection_kgph: intervalOf(all.csf) }),
    lnSd: Math.sqrt(lnVariance(all.rate)),
    variance: Object.fromEntries(CAUSES.map((cause) => [cause, alone(cause)])) as Record<Cause, number>,
    mass_kg: facts.mass * map.pixel_m ** 2 * (own.sum_ppmm - own.count * facts.background.mean_ppmm),
    background_ppmm: facts.background.mean_ppmm,
    backgroundSd_ppmm: facts.background.sd_ppmm,
    source,
    doubts: rateDoubts(all, facts, shape.touchesEdge),
  };
}

interface Facts {
  readonly masks: readonly MaskSums[];
  readonly across: readonly Transect[];
  readonly background: Background;
  readonly pixel_m: number;
  readonly mass: number;
  readonly wind: WindInImage;
  readonly settings: RateSettings;
}

interface Draws {
  readonly rate: Float64Array;
  readonly ime: Float64Array;
  readonly csf: Float64Array;
}

function draw(facts: Facts, seed: number, causes: ReadonlySet<Cause>): Draws {
  const { settings, wind, background, masks, across } = facts;
  const uniform = countedUniform(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const has = (cause: Cause) => (causes.has(cause) ? 1 : 0);
  const windLnSd = Math.sqrt(Math.log1p((wind.speedSd_mps / wind.speed_mps) ** 2));
  const area = facts.mass * facts.pixel_m ** 2;
  const [ime, csf] = [new Float64Array(settings.draws), new Float64Array(across.length > 0 ? settings.draws : 0)];
  const rate = new Float64Array(settings.draws);
  for (let n = 0; n < settings.draws; n++) {
    const mask = has('mask') === 1 ? masks[Math.floor(uniform() * masks.length)] : masks[1];
    const speed = wind.speed_mps * Math.exp(has('wind') * windLnSd * normal());
    const b = background.mean_ppmm + has('background') * background.sd_ppmm * normal();
    const common = has('model') * settings.commonLnSd * normal();
    const [imeError, csfError] = [settings.imeLnSd * normal(), settings.csfLnSd * normal()];
    const noise = [has('noise') * normal(), has('noise') * normal()];
    const count = Math.max(1, mask.count);
    const mass = positive(mask.sum_ppmm - mask.count * b, Math.sqrt(mask.variance_ppmm2) * noise[0], mask.sum_ppmm);
    const length = facts.pixel_m * Math.sqrt(count);
    ime[n] = (3600 * settings.kappaIme * speed * area * mass) / length;
    ime[n] *= Math.exp(common + has('model') * imeError);
    rate[n] = ime[n];
    if (across.length === 0) continue;
    const flux = meanFlux(across, b, noise[1]);
    csf[n] = (3600 * settings.kappaCsf * speed * area * flux) / facts.pixel_m;
    csf[n] *= Math.exp(common + has('model') * csfError);
    rate[n] = Math.sqrt(ime[n] * csf[n]);
  }
  return { rate, ime, csf };
}

/** Mean over transects of the amount above background [ppm m pixel]. */
function meanFlux(across: readonly Transect[], background: number, noise: number): number {
  let [sum, raw, variance] = [0, 0, 0];
  for (const { sums } of across) {
    sum += sums.sum_ppmm - sums.count * background;
    raw += sums.sum_ppmm;
    variance += sums.variance_ppmm2;
  }
  return positive(sum, Math.sqrt(variance) * noise, raw) / across.length;
}

function positive(value: number, error: number, scale: number): number {
  return Math.max(value + error, FLOOR_SHARE * Math.abs(scale), 1e-9);
}

function usefulTransects(all: readonly Transect[], source: SourcePoint, pixel_m: number): Transect[] {
  const last = Math.max(LAST_SHARE * source.length_pixels, NEAREST_TRANSECT + 3);
  return all.filter(({ distance_m }) => distance_m / pixel_m >= NEAREST_TRANSECT && distance_m / pixel_m <= last);
}

function boundedBackground(background: Background): Background {
  return Number.isFinite(background.sd_ppmm) ? background : { mean_ppmm: 0, sd_ppmm: 0, pixels: 0 };
}

function withoutOwn(all: Uint8Array | undefined, pixels: Int32Array): Uint8Array | undefined {
  if (all === undefined) return undefined;
  const others = all.slice();
  for (const p of pixels) others[p] = 0;
  return others;
}

function rateDoubts(draws: Draws, facts: Facts, touchesEdge: boolean): string[] {
  const doubts: string[] = [];
  if (facts.background.pixels === 0) doubts.push('no clean pixels about the plume: the background is taken as zero');
  if (draws.csf.length === 0) doubts.push('the scene cuts every transect: integrated mass only');
  else {
    const ratio = intervalOf(draws.ime).median / intervalOf(draws.csf).median;
    if (ratio > 2 || ratio < 0.5)
      doubts.push(`the two methods differ by a factor of ${Math.max(ratio, 1 / ratio).toFixed(1)}`);
  }
  if (touchesEdge) doubts.push('the plume leaves the scene');
  return doubts;
}

function lnVariance(values: Float64Array): number {
  const ln = values.map((value) => Math.log(value));
  const mean = ln.reduce((sum, value) => sum + value, 0) / ln.length;
  return ln.reduce((sum, value) => sum + (value - mean) ** 2, 0) / ln.length;
}

function intervalOf(values: Float64Array): Interval {
  const sorted = values.slice().sort();
  const at = (q: number) => sortedQuantile(sorted, q);
  return { median: at(0.5), low90: at(0.05), high90: at(0.95), low50: at(0.25), high50: at(0.75) };
}
