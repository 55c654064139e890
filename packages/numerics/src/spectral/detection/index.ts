export { type ClassFilterOptions, classFilter, type GasMaps, type Grouping } from './class-filter.ts';
export { type Component, falseDiscoveryKept, hysteresis } from './components.ts';
export { columnTails, exceedance, type NullTail, nullTail, thresholdAt } from './false-alarm-threshold.ts';
export {
  DETECTION_DEFAULTS,
  type DetectedPlume,
  type Detection,
  type DetectionInput,
  type DetectionOptions,
  findPlumes,
  takenForGround,
} from './find-plumes.ts';
export { gaussianSmooth } from './gaussian-smooth.ts';
export { contrastSpectrum, LOOK_ALIKES, ringAround, type SpectralVerdict, spectralVerdict } from './look-alikes.ts';
export { type PlumeScore, plumeScore, type ScoreScale } from './plume-score.ts';
export { type PlumeShape as DetectedShape, plumeShape as detectedShape } from './plume-shape.ts';
export { type LogBlock, logBlock, type RadianceBlock } from './radiance-block.ts';
export {
  type BandNoise,
  filterWeights,
  logFilterNoise,
  noiseAt,
  type PixelSensitivity,
  pixelSensitivity,
} from './sensitivity.ts';
export { filterResponse, type GasCurve, gasCurve, invertResponse, type RefitAmount } from './strong-plume.ts';
export { noiseCovariance } from './surface-classes.ts';
export { denoiseAmount, type TotalVariationOptions } from './total-variation.ts';
