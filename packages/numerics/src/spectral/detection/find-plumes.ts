/**
 * Plumes from maps (D1): rank by scale space, threshold at a constant false-alarm rate column by column, grow by
 * hysteresis, keep what a false-discovery rate allows, then ask of each whether spectrum, shape and wind speak for gas.
 */
import { type Component, falseDiscoveryKept, hysteresis } from './components.ts';
import { columnTails, exceedance, thresholdAt } from './false-alarm-threshold.ts';
import { contrastSpectrum, ringAround, type SpectralVerdict, spectralVerdict } from './look-alikes.ts';
import { plumeScore, type ScoreScale } from './plume-score.ts';
import { type PlumeShape, plumeShape } from './plume-shape.ts';
import { logBlock, type RadianceBlock } from './radiance-block.ts';
import { noiseCovariance } from './surface-classes.ts';

export interface DetectionInput {
  readonly lines: number;
  readonly samples: number;
  readonly z: Float64Array;
  readonly column_ppmm: Float64Array;
  /** Classes of ground (`GasMaps.ground`), so that spectra are compared among like ground. */
  readonly ground?: Uint16Array;
}

export interface DetectionOptions {
  /** Chance that a pixel without gas starts, or belongs to, a plume. */
  readonly startRate?: number;
  readonly growRate?: number;
  /** Expected share of false plumes among those reported. */
  readonly falseDiscoveryRate?: number;
  readonly leastPixels?: number;
  /** Where the gas goes to, image direction as in `PlumeShape.axis_rad` [rad], and its standard deviation. */
  readonly windTo?: { readonly angle_rad: number; readonly sd_rad: number };
  /** With the radiances, spectra are judged; without, that test is left out and says so. */
  readonly spectra?: {
    readonly block: RadianceBlock;
    readonly tau: Float64Array;
    readonly wavelength_nm: Float64Array;
  };
}

export const DETECTION_DEFAULTS = { startRate: 1e-5, growRate: 5e-3, falseDiscoveryRate: 0.05, leastPixels: 6 };

export interface DetectedPlume {
  readonly pixels: Int32Array;
  readonly peakScore: number;
  /** Chance that ground without gas gives a peak this high anywhere in one resolution cell. */
  readonly pValue: number;
  readonly shape: PlumeShape;
  readonly spectrum?: SpectralVerdict & { readonly contrast: Float64Array };
  /** Why it may be no plume, in words; empty when nothing speaks against it. */
  readonly doubts: readonly string[];
}

export interface Detection {
  readonly score: Float64Array;
  readonly scales: readonly ScoreScale[];
  /** Thresholds of every column, for showing why. */
  readonly startThreshold: Float64Array;
  readonly growThreshold: Float64Array;
  readonly plumes: readonly DetectedPlume[];
  /** What passed the thresholds but was taken for ground, with the reason in `doubts`. */
  readonly lookAlikes: readonly DetectedPlume[];
}

/** Pixels of one resolution cell of the finest scale, 4 pi s^2 at one pixel. */
const CELL_PIXELS = 4 * Math.PI;
const RING_PIXELS = 12;
/** Gas must explain this much of the contrast, and a look-alike less than this many times as much. */
const LEAST_GAS_SHARE = 0.2;
const RIVAL_ADVANTAGE = 0.8;
/** A shape this much longer than wide has a direction. */
const LONG = 2;

export function findPlumes(input: DetectionInput, options: DetectionOptions = {}): Detection {
  const { startRate, growRate, falseDiscoveryRate, leastPixels } = { ...DETECTION_DEFAULTS, ...options };
  const { lines, samples } = input;
  const { score, mirror, scales } = plumeScore(input.z, lines, samples);
  const tails = columnTails(mirror, lines, samples);
  const startThreshold = Float64Array.from(tails, (tail) => thresholdAt(tail, startRate));
  const growThreshold = Float64Array.from(tails, (tail) => thresholdAt(tail, growRate));
  const components = hysteresis(score, lines, samples, growThreshold, startThreshold).filter(
    ({ pixels }) => pixels.length >= leastPixels,
  );
  const pValues = components.map(({ pixels }) =>
    pixels.reduce((least, p) => Math.min(least, exceedance(tails[p % samples], score[p])), 1),
  );
  const kept = falseDiscoveryKept(pValues, falseDiscoveryRate, (lines * samples) / CELL_PIXELS);
  const judge = judgeOf(input, components, options);
  const judged = components.map((component, i) => ({ ...judge(component), pValue: pValues[i] }));
  const believed = judged.filter((_, i) => kept[i]);
  return {
    score,
    scales,
    startThreshold,
    growThreshold,
    plumes: believed.filter(({ spectrum }) => !takenForGround(spectrum)),
    lookAlikes: believed.filter(({ spectrum }) => takenForGround(spectrum)),
  };
}

/** A look-alike, or the gas, explains the contrast in a way that speaks for ground. */
export function takenForGround(spectrum: SpectralVerdict | undefined): boolean {
  if (spectrum === undefined) return false;
  return spectrum.gasShare < LEAST_GAS_SHARE || spectrum.rivalShare > RIVAL_ADVANTAGE * spectrum.gasShare;
}

function judgeOf(input: DetectionInput, components: readonly Component[], options: DetectionOptions) {
  const { lines, samples } = input;
  const spectral = options.spectra === undefined ? undefined : spectralJudge(options.spectra, components, input.ground);
  return (component: Component): Omit<DetectedPlume, 'pValue'> => {
    const shape = plumeShape(component.pixels, input.column_ppmm, lines, samples);
    const spectrum = spectral?.(component.pixels);
    const doubts = [
      ...(spectrum === undefined ? ['spectrum not looked at: no radiance was given'] : spectralDoubts(spectrum)),
      ...shapeDoubts(shape),
      ...windDoubts(shape, options.windTo),
    ];
    return { pixels: component.pixels, peakScore: component.peak, shape, ...(spectrum && { spectrum }), doubts };
  };
}

function spectralJudge(
  spectra: NonNullable<DetectionOptions['spectra']>,
  components: readonly Component[],
  ground: Uint16Array | undefined,
) {
  const log = logBlock(spectra.block);
  const noise = noiseCovariance(log);
  const taken = new Uint8Array(log.lines * log.samples);
  for (const { pixels } of components) for (const p of pixels) taken[p] = 1;
  return (pixels: Int32Array) => {
    const contrast = contrastSpectrum(log, pixels, ringAround(pixels, taken, log, RING_PIXELS), ground);
    return { contrast, ...spectralVerdict(contrast, noise, spectra.tau, spectra.wavelength_nm) };
  };
}

function spectralDoubts(spectrum: SpectralVerdict): string[] {
  const percent = (share: number) => `${Math.round(100 * share)} %`;
  const { gasShare, rival, rivalShare } = spectrum;
  if (gasShare < LEAST_GAS_SHARE && rivalShare <= RIVAL_ADVANTAGE * gasShare)
    return [`the gas explains only ${percent(gasShare)} of the contrast with like ground`];
  if (takenForGround(spectrum))
    return [`the spectrum looks like ${rival} (${percent(rivalShare)} explained) more than gas (${percent(gasShare)})`];
  if (rivalShare > 0.5 * gasShare)
    return [`${rival} explains ${percent(rivalShare)} of the contrast, the gas ${percent(gasShare)}`];
  return [];
}

function shapeDoubts(shape: PlumeShape): string[] {
  const elongation = shape.along_pixels / shape.across_pixels;
  if (shape.boxFill > 0.85 && shape.area_pixels >= 16 && elongation < LONG) return ['a filled rectangle, as roofs are'];
  return [];
}

function windDoubts(shape: PlumeShape, windTo: DetectionOptions['windTo']): string[] {
  if (windTo === undefined || shape.along_pixels < LONG * shape.across_pixels) return [];
  const off = Math.abs(Math.atan(Math.tan(shape.axis_rad - windTo.angle_rad)));
  // Meander bends a plume by some 20 degrees against the mean wind.
  const sd = Math.hypot(windTo.sd_rad, 0.35);
  return off > 2.5 * sd ? [`lies ${Math.round((off * 180) / Math.PI)} degrees off the wind`] : [];
}
