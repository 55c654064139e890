/** Sensor profiles: those that ship with Plumeline, or one from a path. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isSameProfileName, nearestOf, parseProfile, type SensorProfile } from '@plumeline/formats';
import { inputError } from './explain.ts';
import { ROOT } from './software.ts';

export interface ProfileFile {
  readonly profile: SensorProfile;
  readonly path: string;
  readonly text: string;
}

export function loadProfiles(): ProfileFile[] {
  const folder = join(ROOT, 'profiles');
  return readdirSync(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => loadProfileFile(join(folder, name)));
}

/** @throws InputError with every fault of the file. */
export function loadProfileFile(path: string): ProfileFile {
  if (!existsSync(path)) throw inputError('profile-missing', `There is no file ${path}.`, 'Check the path.');
  const text = readFileSync(path, 'utf8');
  return { profile: parseProfile(text, basename(path)), path, text };
}

/** By name (case, `-` and `_` do not matter), or by path when it is no name. @throws InputError naming the profiles. */
export function findProfile(nameOrPath: string): ProfileFile {
  const shipped = loadProfiles();
  const named = shipped.find(({ profile }) => isSameProfileName(profile.name, nameOrPath));
  if (named !== undefined) return named;
  if (existsSync(nameOrPath)) return loadProfileFile(nameOrPath);
  const names = shipped.map(({ profile }) => profile.name);
  const near = nearestOf(nameOrPath, names);
  throw inputError(
    'profile-unknown',
    `There is no sensor profile "${nameOrPath}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
    `Choose one of ${names.join(', ')}, or give the path of a profile file.`,
  );
}
