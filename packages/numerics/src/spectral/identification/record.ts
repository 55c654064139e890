/** An identification as a record: names for keys, ppm m where the library allows it, nothing an analyst must look up. */
import { type GasAbsorption, type GasIdentification, type IdentifiedGas, SUBSTANCES } from '@plumeline/core';
import type { Identification, SubstanceEvidence } from './summary.ts';

/**
 * @param library the entries whose keys the candidates bore; substances as CAS numbers, else keys
 * @param columnOfUnit [ppm m] that one unit of a candidate's column stands for, by library key; 1 when candidates are in ppm m
 */
export function toGasIdentification(
  identification: Identification,
  library: readonly GasAbsorption[],
  columnOfUnit: (key: string) => number = () => 1,
): GasIdentification {
  const nameOf = (substance: string): string =>
    SUBSTANCES.find(({ cas }) => cas === substance)?.names.en ??
    library.find((gas) => (gas.cas ?? gas.key) === substance)?.name ??
    substance;
  return {
    verdict: identification.verdict,
    gases: identification.substances.map((evidence) => toIdentifiedGas(evidence, library, nameOf, columnOfUnit)),
    rivals: identification.rivals.map(({ substances, withUnlisted, probability }) => ({
      names: substances.map(nameOf),
      withUnlistedGas: withUnlisted,
      probability,
    })),
    nothingProbability: identification.nothingProbability,
    unlistedProbability: identification.unlistedProbability,
  };
}

function toIdentifiedGas(
  evidence: SubstanceEvidence,
  library: readonly GasAbsorption[],
  nameOf: (substance: string) => string,
  columnOfUnit: (key: string) => number,
): IdentifiedGas {
  const entry = library.find(({ key }) => key === evidence.key);
  const known = SUBSTANCES.find(({ cas }) => cas === entry?.cas);
  const unit = columnOfUnit(evidence.key);
  const interval = [evidence.interval90[0] * unit, evidence.interval90[1] * unit] as const;
  const amount = entry?.isQuantitative
    ? { column_ppmm: evidence.column * unit, columnInterval90_ppmm: interval }
    : { peakDepth: evidence.column, peakDepthInterval90: evidence.interval90 };
  return {
    ...(known === undefined ? {} : { substanceKey: known.key }),
    name: nameOf(evidence.substance),
    ...(entry?.cas === undefined ? {} : { cas: entry.cas }),
    libraryKey: evidence.key,
    probability: evidence.probability,
    isNamed: evidence.isNamed,
    ...amount,
    z: evidence.z,
  };
}
