/**
 * Properties of the generic gases and solvents that sensors report. Molar masses from the IUPAC 2021 standard atomic
 * weights (abridged); CAS numbers as registered. Ambient mole fractions are rounded 2020s clean-air values and only
 * serve to notice a column in the wrong unit.
 */
import type { SubstanceKey } from './model.ts';

export interface Substance {
  readonly key: SubstanceKey;
  readonly names: { readonly en: string; readonly es: string };
  readonly formula: string;
  readonly cas: string;
  readonly molarMass_gpmol: number;
  /** Mole fraction in clean air [ppm], where it is far from zero. */
  readonly ambient_ppm?: number;
}

const substance = (
  key: SubstanceKey,
  en: string,
  es: string,
  formula: string,
  cas: string,
  molarMass_gpmol: number,
): Substance => ({ key, names: { en, es }, formula, cas, molarMass_gpmol });

export const SUBSTANCES: readonly Substance[] = [
  { ...substance('methane', 'methane', 'metano', 'CH4', '74-82-8', 16.043), ambient_ppm: 1.9 },
  {
    ...substance('carbon-dioxide', 'carbon dioxide', 'dióxido de carbono', 'CO2', '124-38-9', 44.009),
    ambient_ppm: 420,
  },
  substance('sulphur-dioxide', 'sulphur dioxide', 'dióxido de azufre', 'SO2', '7446-09-5', 64.064),
  substance('ammonia', 'ammonia', 'amoníaco', 'NH3', '7664-41-7', 17.031),
  substance('acetone', 'acetone', 'acetona', 'C3H6O', '67-64-1', 58.08),
  substance('toluene', 'toluene', 'tolueno', 'C7H8', '108-88-3', 92.141),
  substance('ethyl-acetate', 'ethyl acetate', 'acetato de etilo', 'C4H8O2', '141-78-6', 88.106),
  substance('chloroform', 'chloroform', 'cloroformo', 'CHCl3', '67-66-3', 119.37),
  substance('sulphur-hexafluoride', 'sulphur hexafluoride', 'hexafluoruro de azufre', 'SF6', '2551-62-4', 146.05),
];

/** Substance by key; undefined when the library has none. */
export function substanceOf(key: SubstanceKey): Substance | undefined {
  return SUBSTANCES.find((entry) => entry.key === key);
}
