import type { Recording } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { allNullResultsQuery, recordingsQuery, sitesQuery } from '../data/api.ts';
import { carried, useView } from '../data/view.ts';
import { formatCount } from '../format/numbers.ts';
import { formatSpan } from '../format/times.ts';
import { ExerciseTag } from '../parts/exercise-tag.tsx';
import { Empty, ProblemNote, Skeleton } from '../parts/states.tsx';
import { useTitle } from '../parts/title.ts';
import { useSubstanceName } from '../parts/words.ts';
import { Upload } from './upload.tsx';

/** Recordings, newest first, and the place to hand in a new flight. */
export function Flights() {
  const { t } = useTranslation();
  const { data: recordings, error, refetch } = useQuery(recordingsQuery);
  useTitle(t('flights.title'));
  return (
    <div className="page flights">
      <header className="page-head">
        <h1>{t('flights.title')}</h1>
        <p>{t('flights.intro')}</p>
      </header>
      <div className="scroller">
        <Upload />
        {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
        {recordings === undefined && error === null && <Skeleton rows={6} />}
        {recordings?.length === 0 && <Empty title={t('flights.empty')} help={t('flights.emptyHelp')} />}
        <ul className="recording-list">
          {[...(recordings ?? [])]
            .sort((a, b) => b.startAt.localeCompare(a.startAt))
            .map((recording) => (
              <RecordingRow key={recording.id} recording={recording} />
            ))}
        </ul>
      </div>
    </div>
  );
}

function RecordingRow({ recording }: { recording: Recording }) {
  const { t, i18n } = useTranslation();
  const view = useView();
  const substanceName = useSubstanceName();
  const sites = (useQuery(sitesQuery).data ?? []).filter(({ recordingIds }) => recordingIds.includes(recording.id));
  const nulls = (useQuery(allNullResultsQuery).data ?? []).filter(({ recordingIds }) =>
    recordingIds.includes(recording.id),
  );
  return (
    <li>
      <Link
        to="/flights/$recordingId"
        params={{ recordingId: recording.id }}
        search={carried(view) as never}
        className="recording-row"
      >
        <span className="row-top">
          <span className="label">{recording.name}</span>
          <ExerciseTag exercise={recording.exercise} />
          {sites.length > 0 && <span className="result found">{t('flights.sitesFound', { count: sites.length })}</span>}
          {sites.length === 0 && nulls.length > 0 && <span className="result null">{t('flights.nothingFound')}</span>}
        </span>
        <span className="row-foot">
          <span>
            {substanceName(recording.substance)} ·{' '}
            {t('number.samples', { text: formatCount(recording.sampleCount, i18n.language) })}
          </span>
          <span>{formatSpan(recording.startAt, recording.endAt, i18n.language)}</span>
        </span>
      </Link>
    </li>
  );
}
