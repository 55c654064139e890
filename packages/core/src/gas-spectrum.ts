/**
 * Spectra as files hold them, and gases as a library holds them. The reader fills `MeasuredSpectrum` with what the file
 * says; nothing is converted until somebody knows what the ordinate means.
 */

export type SpectralAxis = 'wavenumber' | 'wavelength' | 'other';
/** What the ordinate is. `absorption-coefficient` is per amount of gas; the unit text says which amount and base. */
export type OrdinateKind = 'absorbance' | 'transmittance' | 'absorption-coefficient' | 'single-beam' | 'other';

/** One spectrum of a file. x [point] strictly monotonic in cm-1 or nm when `axis` says so; y [point], NaN where missing. */
export interface MeasuredSpectrum {
  readonly title: string;
  readonly axis: SpectralAxis;
  /** [cm-1] for a wavenumber axis, [nm] for a wavelength axis, else the file's own unit. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly xUnit: string;
  readonly yUnit: string;
  readonly ordinate: OrdinateKind;
  /** The instrument's local wall clock `YYYY-MM-DDTHH:MM`, as written: files of this kind name no time zone. */
  readonly recordedLocal?: string;
  /** Everything else the file says, by normalised label (upper case, no blanks, dashes, slashes or underscores). */
  readonly header: Readonly<Record<string, string>>;
}

/** Whether and on what ground an entry may be shipped with the product. */
export interface GasLicence {
  readonly text: string;
  readonly isShippable: boolean;
}

/**
 * How much light a gas takes, base e: optical depth = column amount x absorption.
 * `isQuantitative` false: only the shape is known (amount unknown), `absorption_pppmm` is scaled to a peak of 1 and a
 * fitted "column" is then an optical depth at the peak.
 */
export interface GasAbsorption {
  /** Unique in its library. */
  readonly key: string;
  readonly name: string;
  /** Two entries of one CAS number are one substance measured twice, never rivals. */
  readonly cas?: string;
  /** [point] strictly increasing [cm-1]. */
  readonly wavenumber_pcm: Float64Array;
  /** [point] base e [(ppm m)-1], at the temperature and pressure stated. */
  readonly absorption_pppmm: Float64Array;
  readonly isQuantitative: boolean;
  /** One standard deviation of the scale of the whole spectrum, relative (0.03 is 3 %). */
  readonly scaleUncertainty: number;
  readonly temperature_K?: number;
  readonly pressure_Pa?: number;
  /** Resolution of the spectrum as measured, full width at half maximum. */
  readonly resolution_pcm?: number;
  /** Largest column for which the table is linear enough: from the sample it was measured with. */
  readonly validTo_ppmm?: number;
  readonly licence: GasLicence;
  /** Where it comes from, in words, and what had to be assumed. */
  readonly source: string;
  readonly assumptions: readonly string[];
}

/** A gas on a sensor's bands. */
export interface BandAbsorption {
  readonly gas: GasAbsorption;
  /** [band] base e [(ppm m)-1]; NaN where the gas's table does not cover the band's response. */
  readonly absorption_pppmm: Float64Array;
}

/**
 * `nothing`: no gas is the likeliest answer. `named`: at least one substance is sure and no substitute comes near it.
 * `ambiguous`: a listed gas is there, but more than one explains the data. `unknown`: something the library does not hold.
 */
export type IdentificationVerdict = 'nothing' | 'named' | 'ambiguous' | 'unknown';

/** One substance that a spectrum may show. An amount never goes without its interval. */
export interface IdentifiedGas {
  /** Key of the product's own substance list, where it has one. */
  readonly substanceKey?: string;
  readonly name: string;
  readonly cas?: string;
  /** The library's entry that fits best. */
  readonly libraryKey: string;
  readonly probability: number;
  /** It is claimed; the others are possibilities. */
  readonly isNamed: boolean;
  /** Given that it is there; absent where the library knows only the shape. */
  readonly column_ppmm?: number;
  readonly columnInterval90_ppmm?: readonly [number, number];
  /** Optical depth at the gas's strongest band, for entries that know only the shape. */
  readonly peakDepth?: number;
  readonly peakDepthInterval90?: readonly [number, number];
  /** Amount over its standard error. */
  readonly z: number;
}

/** The answer for one spectrum (a pixel, a plume's mean, a moment of a series), ready to be kept with a detection. */
export interface GasIdentification {
  readonly verdict: IdentificationVerdict;
  /** By falling probability. */
  readonly gases: readonly IdentifiedGas[];
  /** What else explains the spectrum: sets of substances by name, best first, probabilities summing to nearly 1. */
  readonly rivals: readonly {
    readonly names: readonly string[];
    readonly withUnlistedGas: boolean;
    readonly probability: number;
  }[];
  readonly nothingProbability: number;
  readonly unlistedProbability: number;
}
