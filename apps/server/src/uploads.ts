/** What happens to a person's files before they are acknowledged: judged whole, then kept, then queued. */
import { type Fault, InputError } from '@plumeline/core';
import type { IngestOptions, InputFile } from '@plumeline/pipeline';
import { acceptCube } from './cube-job.ts';
import { cubeAmong } from './cubes.ts';
import { PROCESS, type ProcessInput } from './process-job.ts';
import type { ProfileFile } from './profiles.ts';
import type { ServerPorts } from './server-ports.ts';

/** Longest name of a file with its folders; the limit of common file systems for one name. */
export const MAX_NAME_CHARACTERS = 255;

export interface Upload {
  readonly files: readonly InputFile[];
  /** Name of a profile; chosen by the look of the files when absent. */
  readonly profile?: string;
  readonly exercise: boolean;
  /** The day, where a file's times have none, and the gas, where it has several. */
  readonly choices: Pick<IngestOptions, 'date' | 'gas'>;
}

type UploadPorts = Pick<ServerPorts, 'objects' | 'jobs' | 'analysis' | 'profiles' | 'cubes'>;

/**
 * Keeps the files and queues their processing. When this returns, a killed server loses none of it.
 * @returns id of the job
 * @throws InputError with every fault; nothing is stored then
 */
export async function acceptUpload(upload: Upload, ports: UploadPorts, software: string): Promise<string> {
  const { objects, jobs, analysis, profiles } = ports;
  refuseFaults([...nameFaults(upload.files), ...sealFaults(upload.files)]);
  if (cubeAmong(upload.files) !== undefined) return acceptCube(upload.files, upload.exercise, ports);
  const candidates = upload.profile === undefined ? profiles : [profileNamed(upload.profile, profiles)];
  const found = await analysis.examine(
    upload.files,
    candidates.map(({ profile }) => profile),
    { software, exercise: upload.exercise, ...upload.choices },
  );
  const file = profileNamed(found.profile, profiles);
  const stored = await Promise.all(
    upload.files.map(async ({ name, bytes }) => ({ name, digest: await objects.save(bytes) })),
  );
  const input: ProcessInput = {
    objects: stored,
    profile: { name: file.profile.name, digest: await objects.save(file.bytes) },
    exercise: upload.exercise || file.exercise,
    choices: upload.choices,
    recordings: found.recordings,
  };
  return jobs.enqueue(PROCESS, input);
}

/** The profile of that name, ignoring case and `-`, `_`. @throws InputError naming those there are */
function profileNamed(name: string, profiles: readonly ProfileFile[]): ProfileFile {
  const key = (text: string) => text.toLowerCase().replaceAll(/[-_]/g, '');
  const found = profiles.find(({ profile }) => key(profile.name) === key(name));
  if (found !== undefined) return found;
  throw new InputError([
    {
      code: 'profile-unknown',
      message: `There is no sensor profile named ${JSON.stringify(name)}.`,
      remedy: `Choose one of ${profiles.map(({ profile }) => profile.name).join(', ')}, or none to have it recognised.`,
      place: {},
    },
  ]);
}

function refuseFaults(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new InputError(faults);
}

/** Names are labels, never paths that anything is written to; still only plain relative ones are taken. */
function nameFaults(files: readonly InputFile[]): Fault[] {
  if (files.length === 0) {
    return [fault('upload-empty', 'No file was sent.', 'Send at least one file in the field `files`.')];
  }
  const seen = new Set<string>();
  return files.flatMap(({ name }) => {
    if (!isPlainName(name)) {
      const message = `${JSON.stringify(name.slice(0, 80))} is not a plain relative file name.`;
      return [fault('file-name-unsafe', message, 'Rename the file: no `..`, no leading `/`, no control characters.')];
    }
    if (seen.has(name)) {
      return [fault('file-name-repeated', `${name} was sent twice.`, 'Send each file once.', name)];
    }
    seen.add(name);
    return [];
  });
}

/** How the sealed truth of an exercise begins. It stays with whoever scores: a server that has it could tell it. */
const SEAL = new TextEncoder().encode('PLUMELINE-SEALED-');

function sealFaults(files: readonly InputFile[]): Fault[] {
  const isSealed = ({ bytes }: InputFile) => SEAL.every((byte, i) => bytes[i] === byte);
  const remedy = 'Leave it out; `plumeline exercise score` reads it after the exercise.';
  return files
    .filter(isSealed)
    .map(({ name }) => fault('truth-sealed', `${name} is the sealed truth of an exercise.`, remedy, name));
}

function isPlainName(name: string): boolean {
  const parts = name.split('/');
  return (
    name.length <= MAX_NAME_CHARACTERS &&
    !/[\p{Cc}\p{Cf}\\:]/u.test(name) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..')
  );
}

function fault(code: string, message: string, remedy: string, file?: string): Fault {
  return { code, message, remedy, place: file === undefined ? {} : { file } };
}
