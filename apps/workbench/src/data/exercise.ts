/** Whether what is shown is training data: all of it, some, or none. */
import { useQuery } from '@tanstack/react-query';
import { exerciseQuery, recordingsQuery, sitesQuery } from './api.ts';
import { useRecording, useScene } from './scene.ts';

export type ExerciseState = 'all' | 'some' | 'none';

/** Of everything stored; while that is not known yet, what the server says of itself. */
export function useStoredExercise(): ExerciseState {
  const server = useQuery(exerciseQuery).data;
  const sites = useQuery(sitesQuery).data ?? [];
  const recordings = useQuery(recordingsQuery).data ?? [];
  const flags = [...sites, ...recordings].map(({ exercise }) => exercise);
  if (flags.length === 0) return server?.isExercise === true ? 'all' : 'none';
  if (flags.every((flag) => flag)) return 'all';
  return flags.some((flag) => flag) ? 'some' : 'none';
}

/** Of this page: the thing in hand decides where there is one. */
export function useShownExercise(): ExerciseState {
  const { page, chosen, recordingId, estimate } = useScene();
  const recording = useRecording(page === 'flight' ? recordingId : undefined).data;
  const stored = useStoredExercise();
  const inHand = page === 'site' ? chosen : page === 'flight' ? recording : estimate;
  if (inHand !== undefined) return inHand.exercise ? 'all' : 'none';
  return stored;
}
