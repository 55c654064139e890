/** What a retrieval is asked to do, in the terms of the literature. */

/**
 * `cmf` column-wise matched filter (Thompson 2015); `mag1c` reweighted L1 with albedo (Foote 2020); `loo` matched filter
 * with leave-one-out shrinkage (Theiler 2012, EMIT); `ace`, `kelly`, `amsd` detectors that go with the matched filter's amount.
 */
export type RetrievalMethod = 'cmf' | 'mag1c' | 'loo' | 'ace' | 'kelly' | 'amsd';

export interface RetrievalSettings {
  readonly method: RetrievalMethod;
  /** Neighbouring columns that share one background. */
  readonly columnsPerGroup: number;
  /** Divide by each pixel's brightness relative to the mean (always meant for MAG1C, optional for the others). */
  readonly isAlbedoCorrected: boolean;
  /** MAG1C's reweighted L1 prior. */
  readonly isSparse: boolean;
  /** MAG1C's iterations. */
  readonly iterations: number;
  /** How much of the estimate MAG1C takes out before it estimates the background again, 0 to 1. */
  readonly covarianceUpdateScale: number;
  /** alpha of C = (1 - alpha) S + alpha diag S; 0 is none. Not used by `loo`, which finds its own. */
  readonly diagonalLoading: number;
  /** What the covariance is divided by: the pixels it is made from, or every valid pixel, as mag1c does under a mask. */
  readonly covarianceDivisor: 'background' | 'valid';
  /** Surface clusters with a background each (Funk 2001); 1 is none. */
  readonly clusterCount: number;
  /** Background dimensions of AMSD. */
  readonly subspaceDimensions: number;
}

/** Each method as its authors run it. */
export function defaultSettings(method: RetrievalMethod): RetrievalSettings {
  return {
    method,
    columnsPerGroup: 1,
    isAlbedoCorrected: method === 'mag1c',
    isSparse: true,
    iterations: 30,
    covarianceUpdateScale: 1,
    diagonalLoading: 0,
    covarianceDivisor: 'background',
    clusterCount: 1,
    subspaceDimensions: 5,
  };
}

/** The gas: change of ln radiance for `per_ppmm` of it, [band], negative where it absorbs. */
export interface AbsorptionTarget {
  readonly unitAbsorption: Float64Array;
  /** The amount that `unitAbsorption` stands for [ppm m]: 1e5 in mag1c's tables, 1 in absorption per ppm m. */
  readonly per_ppmm: number;
}

/** mag1c's unit of amount [ppm m]; its epsilon and its floor of 1 under t'C^-1 t are in this unit. */
export const AMOUNT_UNIT_PPMM = 1e5;

/** Why a column (or group, or cluster) has no numbers. */
export type ColumnFault = 'no-valid-pixels' | 'too-few-pixels' | 'singular-covariance' | 'no-light';

export const COLUMN_FAULTS: Readonly<Record<ColumnFault, string>> = {
  'no-valid-pixels': 'No pixel of this column is valid in every band.',
  'too-few-pixels': 'This column has fewer background pixels than its covariance needs.',
  'singular-covariance':
    'Bands of this column are constant or repeat one another, so the background cannot be whitened.',
  'no-light': 'The mean radiance of this column is zero or does not show the gas.',
};
