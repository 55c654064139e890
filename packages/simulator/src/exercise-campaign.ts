/** Weather and instruments of an exercise: what the profile `plumeline-exercise` states, and what is drawn. */
import type { Substance } from '@plumeline/core';
import type { Weather } from './air.ts';
import { backgroundLevel, type OperatorView, operatorView } from './make-flight.ts';
import type { Random } from './random.ts';
import type { FlightConditions } from './simulate-flight.ts';

/** Hours after midnight UTC at which the survey and the sorties with boxes begin: 10:00, 13:30 and next day 10:30 local. */
export const SORTIE_HOURS = [17, 20.5, 41.5] as const;
/** The profile `plumeline-exercise` states lag, temperature and pressure. */
const INSTRUMENT_LAG_S = 2;
const INSTRUMENT_RESPONSE_S = 0.5;
const AIR_TEMPERATURE_K = 298.15;
const AIR_PRESSURE_PA = 101_325;
const PUFF_INTERVAL_S = 5;
const PUFF_LIFE_S = 1200;

/** What stays the same over an exercise's flights. */
export interface Campaign {
  readonly sortieWeather: readonly Weather[];
  readonly base: FlightConditions;
  readonly operator: OperatorView;
}

/** A convective day on the coastal plain: wind from the sea by day (from about west), 3-6 m/s. */
export function drawCampaign(random: Random, substance: Substance): Campaign {
  const air = random.stream('air');
  const speed = air.between(3.2, 6);
  const towards = (70 + 35 * air.normal()) * (Math.PI / 180);
  const sigmaV = air.between(0.65, 1.05);
  const sigmaW = sigmaV * air.between(0.55, 0.75);
  const weather = (index: number): Weather => {
    const own = random.stream(`sortie-${index}`);
    const here = speed * Math.exp(0.15 * own.normal());
    const to = towards + 0.3 * own.normal();
    return {
      windEast_mps: here * Math.sin(to),
      windNorth_mps: here * Math.cos(to),
      roughness_m: 0.08,
      sigmaV_mps: sigmaV * Math.exp(0.1 * own.normal()),
      sigmaW_mps: sigmaW * Math.exp(0.1 * own.normal()),
      lagrangianTime_s: own.logBetween(120, 300),
      verticalTime_s: own.logBetween(60, 150),
      relativeShare: own.between(0.24, 0.38),
      meanderShare: own.between(0.25, 0.4),
      meanderLength_m: [150, 3000],
      driftTime_s: own.logBetween(300, 1200),
      turning_radps: 4e-5 * own.normal(),
      mixingHeight_m: own.logBetween(700, 1600),
    };
  };
  const sensors = random.stream('sensors');
  const base: FlightConditions = {
    weather: weather(0),
    fluctuation: { lnSd: sensors.between(0.35, 0.7), length_m: sensors.between(60, 180), time_s: 20 },
    gas: {
      noise_ppm: sensors.between(0.0035, 0.006),
      lag_s: INSTRUMENT_LAG_S,
      response_s: INSTRUMENT_RESPONSE_S,
      detectionLimit_ppm: substance.ambient_ppm === undefined ? 0.005 : 0,
      dropoutsPerHour: 3,
      dropoutLength_s: 6,
    },
    background: {
      level_ppm: backgroundLevel(substance) + 0.015 * sensors.normal(),
      driftSd_ppm: substance.ambient_ppm === undefined ? 0 : sensors.logBetween(0.004, 0.012),
      driftTime_s: sensors.logBetween(300, 900),
      trend_ppmps: substance.ambient_ppm === undefined ? 0 : (0.01 / 3600) * sensors.normal(),
      stepsPerHour: substance.ambient_ppm === undefined ? 0 : 2,
      stepSd_ppm: 0.006,
    },
    wind: { noise_mps: 0.3, biasSd_mps: 0.3, slowSd_mps: 0.2, slowTime_s: 180, headingErrorSd_mps: 0.3 },
    airTemperature_K: AIR_TEMPERATURE_K,
    airPressure_Pa: AIR_PRESSURE_PA,
    molarMass_kgpmol: substance.molarMass_gpmol / 1000,
    puffInterval_s: PUFF_INTERVAL_S,
    puffLife_s: PUFF_LIFE_S,
  };
  return {
    sortieWeather: SORTIE_HOURS.map((_, i) => weather(i)),
    base,
    operator: operatorView(base, random.stream('operator')),
  };
}
