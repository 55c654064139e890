/**
 * Where a source of which rate would have been seen: cells over the search area, for a map. Of flights that show no
 * source it is the engine's own map (each flight's filter on its real samples); of flights that show one it is that of a
 * further source, from the legs as flown (docs/science/null-result.md, next-leg.md).
 */
import type { FeatureCollection } from '@plumeline/formats';
import { type DetectionMap, detectionMap, type SearchMap } from '@plumeline/numerics';
import { roundDegrees } from './estimate-geometry.ts';
import type { LocatedScene } from './locate-flight.ts';
import { flownLegs, surveyConditions } from './next-leg.ts';

export interface SeenMap extends Omit<DetectionMap, 'limit90_kgph'> {
  /** Per cell, the least rate seen with 90 % probability; Infinity where even the largest is not. */
  readonly limit90_kgph: Float64Array;
  readonly basis: 'samples-of-a-null-result' | 'legs-as-flown';
}

/** Flights together: a source is missed when all of them miss it. */
export function seenMapOf({ found, flights, area }: LocatedScene): SeenMap {
  const searched = found.flights.flatMap(({ search }) => (search === undefined ? [] : [search]));
  if (searched.length === found.flights.length) return { ...together(searched), basis: 'samples-of-a-null-result' };
  const legs = flights.flatMap((flight, f) => {
    const conditions = surveyConditions(flight);
    return flownLegs(flight, found.flights[f]!.passes.start).map((leg) => ({ leg, conditions }));
  });
  return { ...detectionMap({ legs, area }), basis: 'legs-as-flown' };
}

const SEEN = 0.9;

function together(maps: readonly SearchMap[]): DetectionMap {
  const first = maps[0]!;
  const probability = first.rates_kgph.map((_, q) =>
    first.probability[q]!.map(
      (_, cell) => 1 - maps.reduce((missed, map) => missed * (1 - map.probability[q]![cell]!), 1),
    ),
  );
  const limit90_kgph = Float64Array.from({ length: first.columns * first.rows }, (_, cell) => {
    let q = first.rates_kgph.length;
    while (q > 0 && probability[q - 1]![cell]! >= SEEN) q--;
    return first.rates_kgph[q] ?? Number.POSITIVE_INFINITY;
  });
  const { west_m, south_m, cell_m, columns, rows, rates_kgph } = first;
  return { west_m, south_m, cell_m, columns, rows, rates_kgph, probability, limit90_kgph };
}

/** Rates whose probability each cell carries: some seven over the ladder. */
const RATES_SHOWN = 7;

/** A square a cell with `limit90_kgph` (null where not even the largest rate is seen) and the probability at some rates. */
export function toSeenFeatures(map: SeenMap, { frame, found }: LocatedScene, exercise: boolean): FeatureCollection {
  const { rates_kgph, columns, cell_m, limit90_kgph } = map;
  const every = Math.max(1, Math.floor((rates_kgph.length - 1) / (RATES_SHOWN - 1)));
  const shown = rates_kgph.map((rate, q) => ({ rate, q })).filter(({ q }) => q % every === 0);
  const corner = (x_m: number, y_m: number) => {
    const { lat, lon } = frame.toPosition(x_m, y_m);
    return [roundDegrees(lon), roundDegrees(lat)] as const;
  };
  const features = Array.from(limit90_kgph, (limit, cell) => {
    const west = map.west_m + (cell % columns) * cell_m;
    const south = map.south_m + Math.floor(cell / columns) * cell_m;
    const [east, north] = [west + cell_m, south + cell_m];
    const ring = [corner(west, south), corner(east, south), corner(east, north), corner(west, north)];
    return {
      type: 'Feature' as const,
      geometry: { type: 'MultiPolygon' as const, coordinates: [[[...ring, ring[0]!]]] },
      properties: {
        limit90_kgph: Number.isFinite(limit) ? three(limit) : null,
        ...Object.fromEntries(
          shown.map(({ rate, q }) => [`seen_at_${three(rate)}_kgph`, Number(map.probability[q]![cell]!.toFixed(3))]),
        ),
        basis: map.basis,
        sourcesClaimed: found.sources.length,
        marking: exercise ? 'EXERCISE' : null,
      },
    };
  });
  return { type: 'FeatureCollection', name: 'detection-map', features };
}

function three(value: number): number {
  return Number(value.toPrecision(3));
}
