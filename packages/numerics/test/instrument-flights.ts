/** Simulated flights seen through a slow, late instrument; of the simulator's puffs, not of any model of ours. */
import { type FlightStyle, makeFlight, randomFrom } from '../../simulator/src/index.ts';
import { type GasInstrument, readGas, respond } from '../../simulator/src/instrument.ts';
import type { TrackReadings } from '../src/instrument/index.ts';

export interface InstrumentFlightOptions {
  readonly seed: number;
  readonly style: FlightStyle;
  readonly sources: number;
  /** Whole seconds from inlet to reading. */
  readonly lag_s: number;
  readonly response_s?: number;
}

export interface InstrumentFlight {
  readonly track: TrackReadings;
  readonly noise_ppm: number;
  /** Mean time by which readings come later than the air at the position they stand beside [s]. */
  readonly delay_s: number;
  /** What an instrument without lag, response and noise would show [ppm]. */
  readonly air_ppm: Float64Array;
}

/** A simulated sample is the mean over the second that ends at its time and position. */
const HALF_SECOND = 0.5;
/** The simulator's aeroplanes have an analyser of 0.5 s response already. */
const AEROPLANE_RESPONSE_S = 0.5;

export function instrumentFlight(options: InstrumentFlightOptions): InstrumentFlight {
  const { seed, style, sources, lag_s, response_s = 0 } = options;
  const { series, truth, frame } = makeFlight({ seed, style, sources });
  const air_ppm = truth.background_ppm.map((level, i) =>
    truth.enhancement_ppm.reduce((sum, each) => sum + each[i]!, level),
  );
  const instrument: GasInstrument = {
    noise_ppm: truth.noise_ppm,
    lag_s,
    response_s,
    detectionLimit_ppm: 0,
    dropoutsPerHour: 0,
    dropoutLength_s: 0,
  };
  const value_ppm = readGas(respond(air_ppm, instrument), instrument, randomFrom(seed).stream('instrument-test'));
  const places = Array.from(series.lat_deg, (lat, i) => frame.toLocal({ lat, lon: series.lon_deg[i]! }));
  const built = style === 'aeroplane' ? responseDelay(AEROPLANE_RESPONSE_S) : 0;
  return {
    track: {
      time_s: series.time_s,
      x_m: Float64Array.from(places, ({ x_m }) => x_m),
      y_m: Float64Array.from(places, ({ y_m }) => y_m),
      value_ppm,
      leg: series.leg!,
      windEast_mps: series.windEast_mps!,
      windNorth_mps: series.windNorth_mps!,
    },
    noise_ppm: series.context.noise_ppm!,
    delay_s: lag_s + responseDelay(response_s) + HALF_SECOND + built,
    air_ppm,
  };
}

/** Mean delay of y_i = k y_(i-1) + (1 - k) x_i at one sample a second: k / (1 - k). */
function responseDelay(response_s: number): number {
  const k = response_s > 0 ? Math.exp(-1 / response_s) : 0;
  return k / (1 - k);
}
