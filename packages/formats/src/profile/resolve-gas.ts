import type { SubstanceKey } from '@plumeline/core';
import type { SensorProfile } from './schema.ts';

/** A profile whose gas column and substance are settled for one file. */
export type ResolvedProfile = SensorProfile & { readonly concentration: { readonly column: string } };

/** Why the gas could not be settled. */
export type GasFault = { readonly kind: 'none' | 'several'; readonly columns: readonly string[] };

/**
 * The profile for one file: where the profile lists gases by header, the one that the file has. `wanted` picks among
 * several by substance.
 */
export function resolveGas(
  profile: SensorProfile,
  header: readonly string[],
  wanted?: SubstanceKey,
): ResolvedProfile | GasFault {
  const { column, gases } = profile.concentration;
  if (column !== undefined) return { ...profile, concentration: { ...profile.concentration, column } };
  const listed = Object.entries(gases ?? {});
  const present = listed.filter(([name, key]) => header.includes(name) && (wanted === undefined || key === wanted));
  if (present.length !== 1) {
    const columns = (present.length === 0 ? listed : present).map(([name]) => name);
    return { kind: present.length === 0 ? 'none' : 'several', columns };
  }
  const [name, substance] = present[0];
  return { ...profile, substance, concentration: { ...profile.concentration, column: name } };
}
