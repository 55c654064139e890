/** Training data for an empty database, so that a newcomer sees a finding on the map. */
import type { Job, JobQueue } from '@plumeline/core';
import { directCubes } from './cubes.ts';
import type { ServerPorts } from './server-ports.ts';
import { acceptUpload } from './uploads.ts';

/** Sensor profile of what the simulator writes. */
export const EXERCISE_PROFILE = 'plumeline-exercise';

export interface ExerciseOptions {
  readonly seed: number;
  readonly software: string;
  readonly onProgress: (job: Job) => void;
}

/**
 * Uploads the exercise of a seed like anybody's files when nothing was ever stored or queued, and waits until it is
 * processed. Only what the sensors wrote is taken; the truth of the exercise never reaches this process's storage.
 * @returns the ended job, or undefined when the database is not empty
 */
export async function loadExerciseOnce(
  ports: ServerPorts,
  { seed, software, onProgress }: ExerciseOptions,
): Promise<Job | undefined> {
  const { records, jobs, analysis } = ports;
  const isEmpty = (await records.list('recording', { limit: 1 })).length === 0 && (await jobs.list(1)).length === 0;
  if (!isEmpty) return undefined;
  const { files } = await analysis.exercise(seed);
  const jobId = await acceptUpload({ files, profile: EXERCISE_PROFILE, exercise: true, choices: {} }, ports, software);
  return endOf(jobId, jobs, onProgress);
}

/**
 * Sends the exercise's cube once its flights are processed: after them, so that the first finding does not wait for it.
 * @returns id of the job, or undefined when there is anything but the exercise's flights
 */
export async function loadExerciseCubeOnce(
  ports: ServerPorts,
  { seed, software }: Pick<ExerciseOptions, 'seed' | 'software'>,
): Promise<string | undefined> {
  const [only, ...others] = await ports.jobs.list(2);
  const input = only?.input as { exercise?: unknown; profile?: { name?: unknown } } | undefined;
  const isExercise = input?.exercise === true && input.profile?.name === EXERCISE_PROFILE;
  if (!isExercise || only?.state !== 'done' || others.length > 0) return undefined;
  const files = await (ports.cubes ?? directCubes).exercise(seed);
  return acceptUpload({ files, exercise: true, choices: {} }, ports, software);
}

/** The job once it has ended. */
export function endOf(id: string, jobs: JobQueue, onProgress: (job: Job) => void): Promise<Job> {
  return new Promise((resolve, reject) => {
    const stop = jobs.watch(check);
    jobs.get(id).then(check, reject);

    function check(job: Job): void {
      if (job.id !== id) return;
      onProgress(job);
      if (job.state === 'queued' || job.state === 'running') return;
      stop();
      resolve(job);
    }
  });
}
