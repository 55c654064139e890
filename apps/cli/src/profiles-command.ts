/** `plumeline profiles list|show|check`. */
import { findProfile, loadProfileFile, loadProfiles } from './load-profiles.ts';

export function listProfilesCommand({ json }: { json?: true }): void {
  const rows = loadProfiles().map(({ profile: { name, title, substance, digest } }) => ({
    name,
    title,
    substance,
    digest,
  }));
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, null, 1)}\n`);
    return;
  }
  const width = Math.max(...rows.map(({ name }) => name.length));
  for (const { name, substance, title } of rows)
    process.stdout.write(`${name.padEnd(width)}  ${substance}: ${title}\n`);
}

export function showProfileCommand(name: string): void {
  process.stdout.write(findProfile(name).text);
}

/** @throws InputError with every fault, which is what a person runs this for. */
export function checkProfileCommand(file: string): void {
  const { profile } = loadProfileFile(file);
  process.stdout.write(
    `${file}: no faults. Profile ${profile.name} (${profile.substance}), sha256 ${profile.digest}\n`,
  );
}
