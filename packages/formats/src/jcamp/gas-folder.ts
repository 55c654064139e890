/**
 * A gas library from the JCAMP-DX files of a folder that the user gives. Plumeline ships no spectrum: what the public
 * collections grant is not clear enough. The product reads what its user may use.
 */
import type { Fault, GasAbsorption, GasLicence } from '@plumeline/core';
import { decodeJcamp } from './decode.ts';
import { toGasAbsorption } from './to-gas.ts';

export interface GasFolder {
  readonly gases: readonly GasAbsorption[];
  /** Spectra that did not become an entry, each with its file and reason. */
  readonly faults: readonly Fault[];
  readonly warnings: readonly Fault[];
}

/**
 * @param files name and text of each `.jdx` file
 * @param licenceOf the ruling on a file, where the user has one; else the file's OWNER stands and nothing is shippable
 */
export function readGasFolder(
  files: readonly { readonly name: string; readonly text: string }[],
  licenceOf: (name: string) => GasLicence | undefined = () => undefined,
): GasFolder {
  const gases: GasAbsorption[] = [];
  const faults: Fault[] = [];
  const warnings: Fault[] = [];
  const keys = new Set<string>();
  for (const { name, text } of files) {
    const decoded = decodeJcamp(text, name);
    faults.push(...decoded.faults);
    warnings.push(...decoded.warnings);
    const stem = name.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, '');
    const licence = licenceOf(name);
    decoded.spectra.forEach((spectrum, index) => {
      const key = decoded.spectra.length === 1 ? stem : `${stem}#${index + 1}`;
      const gas = keys.has(key)
        ? doubleKey(name, key)
        : toGasAbsorption(spectrum, { key, ...(licence === undefined ? {} : { licence }) });
      if ('remedy' in gas) faults.push({ ...gas, place: { ...gas.place, file: name } });
      else {
        keys.add(key);
        gases.push(gas);
      }
    });
  }
  return { gases, faults, warnings };
}

const doubleKey = (file: string, key: string): Fault => ({
  code: 'gas-double',
  message: `There is already a gas with the key "${key}".`,
  remedy: 'Rename one of the files.',
  place: { file },
});
