/** One flight of an exercise: lines across the forecast wind, flown through the air as it turns out to be. */
import type { Weather } from './air.ts';
import type { Campaign } from './exercise-campaign.ts';
import { round } from './exercise-files.ts';
import { type HiddenSource, type Scenario, toEmitter } from './exercise-scenario.ts';
import type { Random } from './random.ts';
import { type FlightConditions, type SimulatedFlight, simulateFlight, type Track } from './simulate-flight.ts';
import { aeroplaneTrack, lawnmower } from './track.ts';

type Box = readonly [number, number, number, number];

export type Purpose = 'survey' | 'box';

export interface FlightPlan {
  /** Names the flight's random stream. */
  readonly index: number;
  readonly sortie: number;
  readonly start_s: number;
  readonly purpose: Purpose;
  /** [west, south, east, north] in local metres. */
  readonly box_m: Box;
  readonly file: string;
}

export interface FlownFlight {
  readonly file: string;
  readonly purpose: Purpose;
  readonly heightAgl_m: number;
  readonly forecast: { readonly from_deg: number; readonly speed_mps: number };
  /** `perSource` has an entry for every source of the scenario. */
  readonly flight: SimulatedFlight;
  /** Per source, whether its plume could reach the flown area in this wind. */
  readonly reached: readonly boolean[];
  readonly conditions: FlightConditions;
}

interface Pattern {
  readonly spacing_m: number;
  /** Runs shorter than this are left out. */
  readonly shortest_m: number;
  readonly heightAgl_m: readonly [number, number];
}

export const PATTERNS: Record<Purpose, Pattern> = {
  survey: { spacing_m: 500, shortest_m: 1500, heightAgl_m: [90, 120] },
  box: { spacing_m: 115, shortest_m: 500, heightAgl_m: [60, 80] },
};
const AIRSPEED_MPS = 50;
const BANK_RAD = (40 * Math.PI) / 180;
const HEIGHT_KEEPING = { sd_m: 5, time_s: 25 } as const;

export function flyPlan(plan: FlightPlan, scenario: Scenario, campaign: Campaign, random: Random): FlownFlight {
  const weather = campaign.sortieWeather[Math.min(plan.sortie, campaign.sortieWeather.length - 1)];
  const conditions = { ...campaign.base, weather };
  const forecast = forecastOf(weather, random.stream('forecast'));
  const pattern = PATTERNS[plan.purpose];
  const heightAgl_m = Math.round(random.stream('height').between(...pattern.heightAgl_m));
  const track = aeroplane(
    lawnmower(plan.box_m, forecast.to_rad, pattern.spacing_m, pattern.shortest_m),
    weather,
    heightAgl_m,
    plan.start_s,
    random,
  );
  const emitters = scenario.sources.map((source) =>
    canReach(source, plan.box_m, weather) ? toEmitter(source) : undefined,
  );
  const near = emitters.filter((emitter) => emitter !== undefined);
  const flight = simulateFlight(track, near, conditions, random.stream('simulation'));
  // Sources that cannot reach the box keep their place in the list, with nothing felt.
  const nothing = { enhancement_ppm: new Float64Array(flight.samples.time_s.length), observedRate_kgps: undefined };
  let next = 0;
  const perSource = emitters.map((emitter) => (emitter === undefined ? nothing : flight.perSource[next++]));
  const { from_deg, speed_mps } = forecast;
  return {
    file: plan.file,
    purpose: plan.purpose,
    heightAgl_m,
    forecast: { from_deg, speed_mps },
    flight: { ...flight, perSource },
    reached: emitters.map((emitter) => emitter !== undefined),
    conditions,
  };
}

function aeroplane(
  runs: ReturnType<typeof lawnmower>,
  weather: Weather,
  heightAgl_m: number,
  start_s: number,
  random: Random,
): Track {
  const wind = { east_mps: weather.windEast_mps, north_mps: weather.windNorth_mps };
  const fastest = AIRSPEED_MPS + Math.hypot(wind.east_mps, wind.north_mps);
  const turnRadius_m = fastest ** 2 / (9.81 * Math.tan(BANK_RAD));
  return aeroplaneTrack(
    runs,
    { airspeed_mps: AIRSPEED_MPS, turnRadius_m },
    wind,
    { heightAgl_m, ...HEIGHT_KEEPING },
    start_s,
    random.stream('height-keeping'),
  );
}

/** The wind as forecast: some 12 degrees and 20 % off. */
function forecastOf(weather: Weather, random: Random) {
  const to_rad = Math.atan2(weather.windEast_mps, weather.windNorth_mps) + 0.2 * random.normal();
  const speed_mps = round(Math.hypot(weather.windEast_mps, weather.windNorth_mps) * Math.exp(0.2 * random.normal()), 1);
  const from_deg = (((Math.round((to_rad * 180) / Math.PI) + 180) % 360) + 360) % 360;
  return { to_rad, from_deg, speed_mps };
}

/** Whether a source's plume, within 75 degrees of the mean wind, can touch a box; near ones always can. */
function canReach(source: HiddenSource, box: readonly [number, number, number, number], weather: Weather): boolean {
  const [x, y] = [(box[0] + box[2]) / 2 - source.x_m, (box[1] + box[3]) / 2 - source.y_m];
  const radius = Math.hypot(box[2] - box[0], box[3] - box[1]) / 2;
  const wind = Math.hypot(weather.windEast_mps, weather.windNorth_mps);
  const distance = Math.hypot(x, y);
  if (distance < radius + 1000) return true;
  return (x * weather.windEast_mps + y * weather.windNorth_mps) / (wind * distance) > Math.cos((75 * Math.PI) / 180);
}
