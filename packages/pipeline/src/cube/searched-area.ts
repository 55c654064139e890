/** What would have been seen: where a source of a given rate would have been reported with at least 90 % probability. */
import type { NullResult } from '@plumeline/core';
import { type Detection as FoundPlumes, seenProbabilityMap, type WindInImage } from '@plumeline/numerics';
import type { CubeMaps } from './cube-maps.ts';
import { airOf, molarMassOf } from './cube-wind.ts';
import type { IngestedCube } from './ingest-cube.ts';
import { outlinesOf } from './pixel-outline.ts';
import { toGround } from './plume-facts.ts';

/** Rates asked after [kg/h], from a small leak to a large emitter. */
export const SEARCHED_RATES_KGPH: readonly number[] = [10, 30, 100, 300, 1000];
const SEEN_WITH = 0.9;
/** Places looked at in the whole scene: each asks the plume at five strengths. */
const PLACES = 150;

/** Regions and the rate that would have been seen at the median place; no region where no rate is seen surely enough. */
export function searchedOf(
  cube: IngestedCube,
  maps: CubeMaps,
  found: FoundPlumes,
  wind: WindInImage,
): { readonly searched: NullResult['searched']; readonly upperLimit_kgph?: number } {
  const { lines, columns } = cube.header;
  const step = Math.max(4, Math.ceil(Math.sqrt((lines * columns) / PLACES)));
  const map = {
    lines,
    samples: columns,
    pixel_m: cube.places.pixel_m,
    sigma_ppmm: Float64Array.from(maps.sigma_ppmm),
    scales: found.scales,
    startThreshold: found.startThreshold,
  };
  const options = { air: airOf(cube), towards_rad: wind.towards_rad, molarMass_kgpmol: molarMassOf(cube) };
  const searched: { rate_kgph: number; region: NullResult['searched'][number]['region'] }[] = [];
  let upperLimit_kgph: number | undefined;
  for (const rate_kgph of SEARCHED_RATES_KGPH) {
    const seen = seenProbabilityMap(map, rate_kgph, step, options);
    const isSeen = (row: number, column: number) =>
      row >= 0 &&
      row < seen.rows &&
      column >= 0 &&
      column < seen.columns &&
      seen.probability[row * seen.columns + column]! >= SEEN_WITH;
    const cells = Array.from(
      seen.probability.keys(),
      (i) => [i % seen.columns, Math.floor(i / seen.columns)] as const,
    ).filter(([c, r]) => isSeen(r, c));
    if (cells.length > 0) searched.push({ rate_kgph, region: toGround(outlinesOf(isSeen, cells), cube.places, step) });
    if (upperLimit_kgph === undefined && 2 * cells.length >= seen.probability.length) upperLimit_kgph = rate_kgph;
    // What is seen everywhere is seen everywhere at higher rates too.
    if (cells.length === seen.probability.length) break;
  }
  return { searched, ...(upperLimit_kgph === undefined ? {} : { upperLimit_kgph }) };
}
