import { useTranslation } from 'react-i18next';
import { useStoredExercise } from '../data/exercise.ts';

/** Marks training data in a list that holds real data too. Where all is training data, the banner says so for all. */
export function ExerciseTag({ exercise }: { exercise: boolean }) {
  const { t } = useTranslation();
  const isMixed = useStoredExercise() === 'some';
  return exercise && isMixed ? <span className="exercise-tag">{t('app.exerciseTag')}</span> : null;
}
