/** The stated wind in the terms that rates and the expected plume need. */
import { substanceOf } from '@plumeline/core';
import { type Air, airFrom, type WindInImage } from '@plumeline/numerics';
import type { IngestedCube } from './ingest-cube.ts';
import { towardsInImage } from './pixel-places.ts';

/** Open country; a wind measured at another height than 10 m is carried there with it. */
const ROUGHNESS_M = 0.05;
const RATE_HEIGHT_M = 10;
/** Nearer to the ground a log profile says nothing. */
const LEAST_HEIGHT_M = 0.5;
const DEGREE = Math.PI / 180;

/** Wind at 10 m in the image's directions; undefined where nobody stated one. */
export function windInImage({ facts, places }: Pick<IngestedCube, 'facts' | 'places'>): WindInImage | undefined {
  if (facts.wind === undefined) return undefined;
  const { speed_mps, speedSd_mps, from_deg, fromSd_deg, height_m } = facts.wind;
  const toTen = Math.log(RATE_HEIGHT_M / ROUGHNESS_M) / Math.log(Math.max(height_m, LEAST_HEIGHT_M) / ROUGHNESS_M);
  return {
    speed_mps: speed_mps * toTen,
    speedSd_mps: speedSd_mps * toTen,
    towards_rad: towardsInImage(places, from_deg),
    towardsSd_rad: fromSd_deg * DEGREE,
  };
}

/** Air over the scene for the expected plume of the null result. */
export function airOf({ facts }: Pick<IngestedCube, 'facts'>): Air {
  const { from_deg, speed_mps, height_m } = facts.wind!;
  return airFrom({ from_rad: from_deg * DEGREE, speed_mps, speedHeight_m: height_m, roughness_m: ROUGHNESS_M });
}

export function molarMassOf({ target }: Pick<IngestedCube, 'target'>): number {
  const substance = substanceOf(target.substance);
  if (substance === undefined) throw new RangeError(`The library has no substance ${target.substance}.`);
  return substance.molarMass_gpmol / 1000;
}
