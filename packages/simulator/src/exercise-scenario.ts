/** What hides in an exercise's area: four clandestine and eight lawful emitters, each with its own way of emitting. */
import { type LocalFrame, localFrameAt, type Position } from '@plumeline/core';
import { drawSpells, drawWaves, type Emission, rateOf } from './emission.ts';
import type { Random } from './random.ts';
import type { Emitter } from './simulate-flight.ts';

export type SourceClass = 'clandestine' | 'lawful';

export interface HiddenSource extends Emission {
  readonly id: string;
  readonly class: SourceClass;
  readonly kind: string;
  readonly x_m: number;
  readonly y_m: number;
  readonly heightAgl_m: number;
  readonly extent_m: number;
}

export interface Scenario {
  readonly frame: LocalFrame;
  /** [west, south, east, north] in local metres. */
  readonly box_m: readonly [number, number, number, number];
  readonly sources: readonly HiddenSource[];
  /** Facilities that the operator knows of: most lawful emitters, and some that emit nothing of this gas. */
  readonly register: readonly RegisteredFacility[];
}

export interface RegisteredFacility {
  readonly name: string;
  readonly kind: string;
  readonly x_m: number;
  readonly y_m: number;
  /** Of the source that it is; absent for one that emits nothing. */
  readonly sourceId?: string;
}

/** What is hidden; `none` is an area in which nothing emits, for false alarms. */
export type ScenarioKind = 'usual' | 'lawful-only' | 'none';

/** Rates are those of published aircraft surveys of such facilities, to order of magnitude; nothing here is a real one. */
interface Kind {
  readonly kind: string;
  readonly rate_kgph: readonly [number, number];
  readonly heightAgl_m: readonly [number, number];
  /** Standard deviation [m]: a square yard has 3.5 times this as its side. */
  readonly extent_m: number;
  /** Mean hours on and off; off 0 for one that never stops. */
  readonly onHours: number;
  readonly offHours: number;
  /** Standard deviation of ln rate while on. */
  readonly lnSd: number;
}

const LAWFUL: readonly Kind[] = [
  { kind: 'dairy', rate_kgph: [5, 60], heightAgl_m: [1, 3], extent_m: 30, onHours: 1, offHours: 0, lnSd: 0.2 },
  { kind: 'landfill', rate_kgph: [30, 300], heightAgl_m: [1, 4], extent_m: 50, onHours: 1, offHours: 0, lnSd: 0.15 },
  { kind: 'gas-plant', rate_kgph: [5, 150], heightAgl_m: [3, 15], extent_m: 8, onHours: 6, offHours: 2, lnSd: 0.3 },
  { kind: 'brickworks', rate_kgph: [1, 15], heightAgl_m: [3, 8], extent_m: 10, onHours: 3, offHours: 2, lnSd: 0.4 },
  {
    kind: 'wastewater-plant',
    rate_kgph: [3, 40],
    heightAgl_m: [1, 3],
    extent_m: 25,
    onHours: 1,
    offHours: 0,
    lnSd: 0.15,
  },
  { kind: 'pig-farm', rate_kgph: [3, 35], heightAgl_m: [1, 3], extent_m: 20, onHours: 1, offHours: 0, lnSd: 0.2 },
  { kind: 'compressor', rate_kgph: [3, 80], heightAgl_m: [2, 8], extent_m: 2, onHours: 2, offHours: 1, lnSd: 0.2 },
  {
    kind: 'transfer-station',
    rate_kgph: [1, 20],
    heightAgl_m: [1, 4],
    extent_m: 12,
    onHours: 4,
    offHours: 3,
    lnSd: 0.3,
  },
];
const CLANDESTINE: Kind = {
  kind: 'unregistered',
  rate_kgph: [2, 60],
  heightAgl_m: [0.5, 3],
  extent_m: 2,
  onHours: 2.5,
  offHours: 1.5,
  lnSd: 0.4,
};
const CLANDESTINE_COUNT = 4;
/** Sources stand at least this far apart and from the area's edge [m]. */
const SEPARATION_M = 700;
const EDGE_M = 400;

/** Centres: the plain about Culiacan, inland of the lagoons, within 24-25 N and 106.8-108 W. */
const CENTRE_LAT = [24.72, 24.92] as const;
const CENTRE_LON = [-107.55, -107.05] as const;

/** One lawful emitter in so many is not in the register; so many registered facilities emit nothing. */
const UNREGISTERED_ONE_IN = 4;
const SILENT_FACILITIES = 3;
/** A register gives the gate or the office, not the vent: standard deviation of each coordinate [m]. */
const REGISTER_ERROR_M = 60;

/** @param period [s since 1970] over which sources are switched on and off. */
export function drawScenario(
  random: Random,
  size_m: readonly [number, number],
  period: readonly [number, number],
  scenario: ScenarioKind = 'usual',
): Scenario {
  const place = random.stream('place');
  const centre: Position = { lat: place.between(...CENTRE_LAT), lon: place.between(...CENTRE_LON) };
  const [width, height] = size_m;
  const box_m = [-width / 2, -height / 2, width / 2, height / 2] as const;
  const kinds = [...Array.from({ length: CLANDESTINE_COUNT }, () => CLANDESTINE), ...LAWFUL];
  const sources: HiddenSource[] = [];
  kinds.forEach((kind, index) => {
    if (scenario === 'none' || (scenario === 'lawful-only' && kind === CLANDESTINE)) return;
    const own = random.stream(`source-${index}`);
    const [x_m, y_m] = freePlace(own, box_m, sources);
    sources.push({
      id: `${kind === CLANDESTINE ? 'C' : 'L'}${index + 1}`,
      class: kind === CLANDESTINE ? 'clandestine' : 'lawful',
      kind: kind.kind,
      x_m,
      y_m,
      heightAgl_m: own.between(...kind.heightAgl_m),
      extent_m: kind.extent_m,
      nominalRate_kgph: own.logBetween(...kind.rate_kgph),
      on: drawSpells(own.stream('schedule'), { on: kind.onHours, off: kind.offHours }, period),
      waves: drawWaves(own.stream('waves'), kind.lnSd),
    });
  });
  return {
    frame: localFrameAt(centre),
    box_m,
    sources,
    register: drawRegister(random.stream('register'), box_m, sources),
  };
}

function drawRegister(
  random: Random,
  box_m: Scenario['box_m'],
  sources: readonly HiddenSource[],
): readonly RegisteredFacility[] {
  const listed = sources
    .filter((source) => source.class === 'lawful')
    .filter((source) => random.stream(source.id).below(UNREGISTERED_ONE_IN) > 0)
    .map(({ id, kind, x_m, y_m }) => ({ kind, x_m, y_m, sourceId: id }));
  const silent: { kind: string; x_m: number; y_m: number }[] = [];
  for (let i = 0; i < SILENT_FACILITIES; i++) {
    const own = random.stream(`silent-${i}`);
    const [x_m, y_m] = freePlace(own, box_m, [...sources, ...silent]);
    silent.push({ kind: own.pick(LAWFUL).kind, x_m, y_m });
  }
  // Ordered by place, so that the order says nothing about which emit.
  const all: Omit<RegisteredFacility, 'name'>[] = [...listed, ...silent];
  return all
    .map((facility, i) => {
      const own = random.stream(`error-${i}`);
      return {
        ...facility,
        x_m: facility.x_m + REGISTER_ERROR_M * own.normal(),
        y_m: facility.y_m + REGISTER_ERROR_M * own.normal(),
      };
    })
    .sort((a, b) => a.x_m - b.x_m)
    .map((facility, i) => ({ ...facility, name: `R-${i + 1}` }));
}

function freePlace(
  random: Random,
  box: readonly [number, number, number, number],
  taken: readonly { readonly x_m: number; readonly y_m: number }[],
): [number, number] {
  for (let tries = 0; tries < 10_000; tries++) {
    const x = random.between(box[0] + EDGE_M, box[2] - EDGE_M);
    const y = random.between(box[1] + EDGE_M, box[3] - EDGE_M);
    if (taken.every((source) => Math.hypot(source.x_m - x, source.y_m - y) >= SEPARATION_M)) return [x, y];
  }
  throw new RangeError(`Sources ${SEPARATION_M} m apart do not fit the area; make the area larger.`);
}

export function toEmitter(source: HiddenSource): Emitter {
  const { x_m, y_m, heightAgl_m, extent_m } = source;
  return { x_m, y_m, heightAgl_m, extent_m, rateAt: (time_s) => rateOf(source, time_s) / 3600 };
}
