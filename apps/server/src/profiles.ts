/** Sensor profiles as files: their text is kept with what was read by them, so that it can be read again. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestOf } from '@plumeline/core';
import { parseProfile, type SensorProfile } from '@plumeline/formats';

export interface ProfileFile {
  readonly profile: SensorProfile;
  readonly bytes: Uint8Array;
  readonly digest: Digest;
  /** True when files of this profile are always training data. */
  readonly exercise: boolean;
}

/** Every `*.yaml` of a folder, by name. @throws InputError naming the file and row of each fault */
export async function loadProfiles(folder: string): Promise<ProfileFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(names.map(async (name) => profileFrom(name, await readFile(join(folder, name)))));
}

/** @param name for messages @throws InputError */
export function profileFrom(name: string, bytes: Uint8Array): ProfileFile {
  const profile = parseProfile(new TextDecoder().decode(bytes), name);
  return { profile, bytes, digest: digestOf(bytes), exercise: profile.exercise === true };
}
