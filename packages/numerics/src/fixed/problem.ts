/**
 * Fixed instruments over hours to weeks: what the engine is given, and its result.
 *
 *   y_k(t) = mu_k(t) + B(t) + q m_k(t; x) (1 + alpha_t) + q m'_k delta_t + q m''_k zeta_t + e_k(t)
 *
 * y mole fraction [ppm] of instrument k in step t; mu_k its own slow background and calibration offset; B background
 * common to all instruments; q rate [kg h-1] of a source at x; m mean response [ppm per kg h-1]; alpha, delta, zeta errors of amplitude,
 * wind direction and vertical spread that all instruments of a step share and that persist (Ornstein-Uhlenbeck
 * processes); e instrument noise and the model error that is not shared. docs/science/fixed-instruments.md (1).
 */
import type { Air } from '../dispersion/forward-model.ts';

/** A fixed point (both ends equal) or open path, local metres. */
export interface FixedInstrument {
  readonly x0_m: number;
  readonly y0_m: number;
  readonly z0_m: number;
  readonly x1_m: number;
  readonly y1_m: number;
  readonly z1_m: number;
}

/** All readings of one averaging period: rows `from` (inclusive) to `to` (exclusive) of the columns. */
export interface FixedStep {
  readonly time_s: number;
  readonly air: Air;
  /** Mole fraction [ppm] of 1 kg m-3 of the gas in this air. */
  readonly ppmPerDensity: number;
  readonly from: number;
  readonly to: number;
}

/** A registered source: its rate is the stated one within a factor e^lnRateSd. */
export interface KnownSource {
  readonly x_m: number;
  readonly y_m: number;
  readonly rate_kgph: number;
  readonly lnRateSd: number;
}

export interface HeightNode {
  readonly height_m: number;
  readonly weight: number;
}

export interface FixedProblem {
  readonly instruments: readonly FixedInstrument[];
  /** In order of time. */
  readonly steps: readonly FixedStep[];
  /** Per row: instrument index, mole fraction [ppm]. An instrument has at most one row a step. */
  readonly instrument: Int32Array;
  readonly value_ppm: Float64Array;
  /** Per row: 0 measured, -1 the air held at most `value_ppm`, +1 at least. Absent when all were measured. */
  readonly bound?: Int8Array;
  readonly sourceHeight_m: number;
  /** Where the height is not known: nodes of its prior, weights summing to 1; coarse cells use `sourceHeight_m`. */
  readonly heightNodes?: readonly HeightNode[];
  /** Other people's emissions whose place and rate are on record: part of every hypothesis, of "no source" too. */
  readonly known?: readonly KnownSource[];
  /** Least instrument noise (one sigma) [ppm], where stated. */
  readonly noise_ppm?: number;
}
