/**
 * A seeded exercise: an aeroplane with an in-situ analyser surveys an area of Sinaloa's plain, a surveyor who sees only
 * the samples sends it back to fly close boxes, and what was hidden goes into a sealed file.
 */
import type { Digest, Substance, SubstanceKey } from '@plumeline/core';
import { type Campaign, drawCampaign, SORTIE_HOURS } from './exercise-campaign.ts';
import {
  type BriefedFlight,
  type Briefing,
  encodeBriefing,
  encodeSamples,
  instantOf,
  round,
} from './exercise-files.ts';
import { type FlightPlan, type FlownFlight, flyPlan, PATTERNS } from './exercise-flight.ts';
import { drawScenario, type Scenario, type ScenarioKind } from './exercise-scenario.ts';
import { toSealedTruth } from './exercise-truth.ts';
import { knownSubstance } from './make-flight.ts';
import { type Random, randomFrom } from './random.ts';
import { SEALED_FILE_NAME, seal } from './seal.ts';
import { suspicions } from './surveyor.ts';

export interface ExerciseOptions {
  readonly seed: number;
  /** Key of the substance library; default methane. */
  readonly substance?: SubstanceKey;
  /** East-west and north-south size of the area [m]; default 12 by 8 km. */
  readonly size_m?: readonly [number, number];
  /** Close boxes flown after the survey, at most; default 6. */
  readonly boxes?: number;
  /** What is hidden: four clandestine and eight lawful emitters, the lawful alone, or nothing; default `usual`. */
  readonly scenario?: ScenarioKind;
}

export interface NamedBytes {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface Exercise {
  readonly name: string;
  /** Flights as CSV, and `briefing.json`: all that the operator has. */
  readonly files: readonly NamedBytes[];
  /** The truth; only scoring reads it. */
  readonly sealed: NamedBytes;
}

export const BRIEFING_FILE_NAME = 'briefing.json';
const DAY_S = 86_400;
/** 2026-02-02T00:00:00Z; exercises fall in the eighty days after it. */
const FIRST_DAY_S = 1_769_990_400;
const BOXES_A_SORTIE = 3;
const BOX_GAP_S = 600;
const BOX_HALF_M = 1150;
/** The survey reaches this far beyond the area, so that plumes of its edge are crossed [m]. */
const SURVEY_MARGIN_M = 300;

export function makeExercise(options: ExerciseOptions): Exercise {
  const random = randomFrom(options.seed).stream('exercise');
  const substance = knownSubstance(options.substance ?? 'methane');
  const name = exerciseName(random.stream('name'));
  const day_s = FIRST_DAY_S + DAY_S * random.stream('day').below(80);
  const scenario = drawScenario(
    random.stream('scenario'),
    options.size_m ?? [12_000, 8000],
    [day_s, day_s + 2 * DAY_S],
    options.scenario,
  );
  const campaign = drawCampaign(random.stream('campaign'), substance);
  const fly = (plan: FlightPlan) => flyPlan(plan, scenario, campaign, random.stream(`flight-${plan.index}`));

  const survey = fly({
    index: 0,
    sortie: 0,
    start_s: day_s + SORTIE_HOURS[0] * 3600,
    purpose: 'survey',
    box_m: grown(scenario.box_m),
    file: `${slug(name)}-survey.csv`,
  });
  const places = suspicions(survey.flight.samples, PATTERNS.survey.spacing_m, options.boxes ?? 6);
  const flown = [survey];
  let free_s = 0;
  places.forEach(({ x_m, y_m }, i) => {
    const sortie = 1 + Math.floor(i / BOXES_A_SORTIE);
    const hour = SORTIE_HOURS[Math.min(sortie, SORTIE_HOURS.length - 1)];
    const start_s = Math.max(day_s + hour * 3600, free_s);
    const box_m = [x_m - BOX_HALF_M, y_m - BOX_HALF_M, x_m + BOX_HALF_M, y_m + BOX_HALF_M] as const;
    const box = fly({ index: i + 1, sortie, start_s, purpose: 'box', box_m, file: `${slug(name)}-box-${i + 1}.csv` });
    const { time_s } = box.flight.samples;
    free_s = time_s[time_s.length - 1] + BOX_GAP_S;
    flown.push(box);
  });

  const truth = toSealedTruth({
    name,
    seed: options.seed,
    nonce: hex(random.stream('nonce'), 32),
    substance: substance.key,
    scenario,
    flown,
  });
  const { bytes, digest } = seal(truth);
  return {
    name,
    files: [
      ...flown.map(({ file, flight }) => ({
        name: file,
        bytes: encodeSamples(flight.samples, scenario.frame, substance.key),
      })),
      {
        name: BRIEFING_FILE_NAME,
        bytes: encodeBriefing(briefingOf(name, substance, scenario, campaign, flown, digest)),
      },
    ],
    sealed: { name: SEALED_FILE_NAME, bytes },
  };
}

function briefingOf(
  name: string,
  substance: Substance,
  scenario: Scenario,
  campaign: Campaign,
  flown: readonly FlownFlight[],
  commitment: Digest,
): Briefing {
  const [west, south, east, north] = scenario.box_m;
  const corners = [scenario.frame.toPosition(west, south), scenario.frame.toPosition(east, north)];
  const { operator, base } = campaign;
  return {
    format: 'plumeline-exercise-briefing-1',
    exercise: true,
    marking: 'EXERCISE',
    name,
    substance: substance.key,
    area: corners.map(({ lat, lon }) => [round(lon, 6), round(lat, 6)] as const),
    noise_ppm: round(operator.noise_ppm, 5),
    roughness_m: operator.roughness_m,
    sigma_v_mps: round(operator.sigma_v_mps, 3),
    sigma_w_mps: round(operator.sigma_w_mps, 3),
    instrument: {
      lag_s: base.gas.lag_s,
      response_s: base.gas.response_s,
      averaging_s: 1,
      ...(base.gas.detectionLimit_ppm > 0 && { detectionLimit_ppm: base.gas.detectionLimit_ppm }),
    },
    register: scenario.register.map(({ name: facility, kind, x_m, y_m }) => {
      const { lat, lon } = scenario.frame.toPosition(x_m, y_m);
      return { name: facility, kind, lat: round(lat, 5), lon: round(lon, 5) };
    }),
    flights: flown.map(toBriefedFlight),
    truth: { file: SEALED_FILE_NAME, algorithm: 'SHA-256', digest: commitment },
  };
}

function toBriefedFlight({ file, purpose, heightAgl_m, forecast, flight }: FlownFlight): BriefedFlight {
  const { time_s } = flight.samples;
  return {
    file,
    purpose,
    startAt: instantOf(time_s[0]),
    endAt: instantOf(time_s[time_s.length - 1]),
    samples: time_s.length,
    heightAgl_m,
    forecastWindFrom_deg: forecast.from_deg,
    forecastWindSpeed_mps: forecast.speed_mps,
  };
}

const NAMES = [
  'Agave',
  'Alondra',
  'Biznaga',
  'Cardon',
  'Ceiba',
  'Correcaminos',
  'Garza',
  'Guamuchil',
  'Mezquite',
  'Palma',
  'Pitahaya',
  'Tabachin',
] as const;

function exerciseName(random: Random): string {
  return `Exercise ${random.pick(NAMES)} ${hex(random, 4)}`;
}

function hex(random: Random, digits: number): string {
  return Array.from({ length: digits }, () => random.below(16).toString(16)).join('');
}

/** File name stem: `Exercise Ceiba 1f3a` is `exercise-ceiba-1f3a`. */
function slug(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

function grown([west, south, east, north]: Scenario['box_m']): Scenario['box_m'] {
  return [west - SURVEY_MARGIN_M, south - SURVEY_MARGIN_M, east + SURVEY_MARGIN_M, north + SURVEY_MARGIN_M];
}
