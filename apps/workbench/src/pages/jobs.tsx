import type { Fault, Job } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { cancelJob, jobsQuery, queryClient } from '../data/api.ts';
import { carried, useView } from '../data/view.ts';
import { formatPercent } from '../format/numbers.ts';
import { formatDuration } from '../format/times.ts';
import { FaultTable } from '../parts/faults.tsx';
import { Empty, ProblemNote, Skeleton } from '../parts/states.tsx';
import { useTitle } from '../parts/title.ts';
import { Time } from '../parts/values.tsx';
import { useJobName, useStageName } from '../parts/words.ts';

/** Work under way and done, live. */
export function Jobs() {
  const { t } = useTranslation();
  const { data: jobs, error, refetch } = useQuery(jobsQuery);
  useTitle(t('jobs.title'));
  return (
    <div className="page jobs">
      <header className="page-head">
        <h1>{t('jobs.title')}</h1>
        <p>{t('jobs.intro')}</p>
      </header>
      <div className="scroller">
        {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
        {jobs === undefined && error === null && <Skeleton rows={5} />}
        {jobs?.length === 0 && <Empty title={t('jobs.empty')} help={t('jobs.emptyHelp')} />}
        <ul className="job-list">
          {(jobs ?? []).map((job) => (
            <li key={job.id} data-state={job.state}>
              <JobProgress job={job} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

/** One job: what it is doing, how far it is, and the way to stop it, or how it ended. */
export function JobProgress({ job }: { job: Job }) {
  const { t, i18n } = useTranslation();
  const jobName = useJobName();
  const stageName = useStageName();
  const view = useView();
  const isActive = job.state === 'queued' || job.state === 'running';
  const recordingId = firstRecordingId(job.output);
  const detail = job.progress.detail ?? detailOf(job.input);
  return (
    <div className="job">
      <p className="row-top">
        <span className="label">{jobName(job)}</span>
        <span className={`result ${job.state}`}>{t(`jobs.${job.state}`)}</span>
      </p>
      {detail !== undefined && <p className="faint">{detail}</p>}
      {isActive && (
        <>
          <p className="stage" aria-live="polite">
            {stageName(job)} <span className="faint">{formatPercent(job.progress.fraction, i18n.language)}</span>
          </p>
          <progress aria-label={t('jobs.progress', { name: jobName(job) })} max={1} value={job.progress.fraction} />
        </>
      )}
      {job.state === 'failed' && <JobFault job={job} />}
      <div className="row-foot">
        <span>
          <Time at={job.createdAt} />
          {job.endedAt !== undefined && (
            <> · {t('jobs.took', { duration: formatDuration(job.createdAt, job.endedAt) })}</>
          )}
        </span>
        {isActive && <Cancel job={job} />}
        {recordingId !== undefined && (
          <Link to="/flights/$recordingId" params={{ recordingId }} search={carried(view) as never}>
            {t('jobs.open')}
          </Link>
        )}
      </div>
    </div>
  );
}

/** Stopping throws work away, so it takes two presses. */
function Cancel({ job }: { job: Job }) {
  const { t } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<Error>();
  const stop = async () => {
    setAsking(false);
    await cancelJob(job.id).catch(setProblem);
    await queryClient.invalidateQueries({ queryKey: ['jobs'] });
  };
  if (problem !== undefined) return <ProblemNote error={problem} />;
  if (!isAsking) {
    return (
      <button type="button" className="button small" onClick={() => setAsking(true)}>
        {t('jobs.cancel')}
      </button>
    );
  }
  return (
    <fieldset className="confirm" aria-label={t('jobs.confirmCancel')}>
      <span>{t('jobs.confirmCancel')}</span>
      <button type="button" className="button small danger" onClick={() => void stop()}>
        {t('jobs.stop')}
      </button>
      {/* biome-ignore lint/a11y/noAutofocus: the safe answer, after a person pressed Cancel */}
      <button type="button" className="button small" autoFocus onClick={() => setAsking(false)}>
        {t('jobs.keep')}
      </button>
    </fieldset>
  );
}

function JobFault({ job }: { job: Job }) {
  const { t } = useTranslation();
  const faults = faultsOf(job);
  if (faults.length > 0) return <FaultTable title={t('jobs.faults')} faults={faults} />;
  return (
    <p className="job-error" lang="en">
      {job.error}
    </p>
  );
}

/** Faults that the server put beside a failed job. */
function faultsOf({ output }: Job): readonly Fault[] {
  const faults = typeof output === 'object' && output !== null && 'faults' in output ? output.faults : undefined;
  return Array.isArray(faults) ? (faults as Fault[]) : [];
}

function firstRecordingId(output: unknown): string | undefined {
  if (typeof output !== 'object' || output === null) return undefined;
  const { recordingIds, recordingId } = output as { recordingIds?: unknown; recordingId?: unknown };
  const first = Array.isArray(recordingIds) ? recordingIds[0] : recordingId;
  return typeof first === 'string' ? first : undefined;
}

function detailOf(input: unknown): string | undefined {
  if (typeof input !== 'object' || input === null) return undefined;
  const { name, files } = input as { name?: unknown; files?: unknown };
  if (typeof name === 'string') return name;
  if (!Array.isArray(files)) return undefined;
  const names = files.map((file: { name?: unknown } | string) => (typeof file === 'string' ? file : file.name));
  return names
    .filter((item) => typeof item === 'string')
    .slice(0, 3)
    .join(', ');
}
