/** What identification takes for granted before it sees a spectrum. */
export interface IdentificationSettings {
  /** Most gases in one model. */
  readonly maxGases: 1 | 2 | 3;
  /** Prior probability of 0, 1, 2, 3 listed gases; within a number all sets of distinct substances are alike. */
  readonly countPrior: readonly [number, number, number, number];
  /** Prior probability that a gas outside the library is there. */
  readonly unlistedPrior: number;
  /** Optical depths at the peak that a plume may have: the prior is even in their logarithm. */
  readonly depthRange: readonly [number, number];
  /**
   * A library spectrum departs from the truth by about this share of its own depth (resolution, temperature, chart):
   * a misfit that small beside a listed gas is the library's error, not another gas.
   */
  readonly shapeError: number;
  /**
   * Beside an unlisted gas, a listed one's gain in likelihood counts by this power: real unlisted gases have bands where
   * listed ones have theirs more often than the random signature that stands for them would.
   */
  readonly unlistedCaution: number;
  /** Degrees of freedom behind the noise covariance; Infinity when it is exactly known. */
  readonly noiseFreedom: number;
  /** A substance is named from this probability on. */
  readonly nameFrom: number;
  /** Rivals are listed until their sets hold this much of the probability. */
  readonly listUntil: number;
  /**
   * A named substance must keep z >= `featureZ` when any one feature this wide is left out of the spectrum; 0: not asked.
   * For backgrounds of lines that no covariance describes.
   */
  readonly featureWidth_pcm: number;
  readonly featureZ: number;
  /** A named substance must explain the data better than any substitute by this factor of evidence. */
  readonly decisiveFactor: number;
}

export const IDENTIFICATION_SETTINGS: IdentificationSettings = {
  maxGases: 3,
  countPrior: [0.5, 0.32, 0.13, 0.05],
  unlistedPrior: 0.2,
  depthRange: [0.002, 2],
  shapeError: 0.1,
  unlistedCaution: 0.15,
  noiseFreedom: 500,
  nameFrom: 0.85,
  listUntil: 0.99,
  featureWidth_pcm: 0,
  featureZ: 3,
  decisiveFactor: 20,
};
