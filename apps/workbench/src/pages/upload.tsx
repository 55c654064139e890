import type { Fault } from '@plumeline/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Checkbox } from 'react-aria-components/Checkbox';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { useTranslation } from 'react-i18next';
import { jobsQuery, Problem, profilesQuery, queryClient, sendFiles } from '../data/api.ts';
import { formatBytes } from '../format/numbers.ts';
import { filesOf } from '../parts/dropped-files.ts';
import { FaultTable } from '../parts/faults.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ProblemNote } from '../parts/states.tsx';
import { JobProgress } from './jobs.tsx';

/** Takes a flight's files, says at once what is wrong with them, and follows the work on them. */
export function Upload() {
  const { t, i18n } = useTranslation();
  const [files, setFiles] = useState<readonly File[]>([]);
  const [profile, setProfile] = useState('');
  const [isExercise, setExercise] = useState(false);
  const [date, setDate] = useState('');
  const [gas, setGas] = useState('');
  const profiles = useQuery(profilesQuery).data ?? [];
  const send = useMutation({
    mutationFn: () => sendFiles(files, { isExercise, ...given({ profile, date, gas }) }),
    onSuccess: () => {
      setFiles([]);
      void queryClient.invalidateQueries({ queryKey: ['jobs'] });
    },
  });
  const add = (more: readonly File[]) => {
    send.reset();
    setFiles((known) => [...known.filter(({ name }) => !more.some((file) => file.name === name)), ...more]);
  };
  return (
    <section className="upload" aria-label={t('flights.add')}>
      <DropZone
        className="drop"
        aria-label={t('flights.addHelp')}
        onDrop={async ({ items }) => add(await filesOf(items))}
      >
        <h2>{t('flights.add')}</h2>
        <p>{t('flights.addHelp')}</p>
        <div className="drop-buttons">
          <FileTrigger allowsMultiple onSelect={(list) => add([...(list ?? [])])}>
            <Button className="button">{t('flights.choose')}</Button>
          </FileTrigger>
          <FileTrigger acceptDirectory onSelect={(list) => add([...(list ?? [])])}>
            <Button className="button">{t('flights.chooseFolder')}</Button>
          </FileTrigger>
        </div>
      </DropZone>
      {files.length > 0 && (
        <form
          className="upload-form"
          onSubmit={(event) => {
            event.preventDefault();
            send.mutate();
          }}
        >
          <ul className="files">
            {files.map((file) => (
              <li key={file.webkitRelativePath || file.name}>
                <Glyph name="file" />
                <span className="file-name">{file.webkitRelativePath || file.name}</span>
                <span className="faint">{formatBytes(file.size, i18n.language)}</span>
                <button
                  type="button"
                  className="icon-button"
                  aria-label={t('flights.remove', { name: file.name })}
                  onClick={() => setFiles(files.filter((other) => other !== file))}
                >
                  <Glyph name="close" />
                </button>
              </li>
            ))}
          </ul>
          <label className="field">
            {t('flights.profile')}
            <select value={profile} onChange={(event) => setProfile(event.target.value)}>
              <option value="">{t('flights.profileAuto')}</option>
              {profiles.map(({ name, title }) => (
                <option key={name} value={name}>
                  {title === undefined ? name : `${title} (${name})`}
                </option>
              ))}
            </select>
          </label>
          <Checkbox className="check" isSelected={isExercise} onChange={setExercise}>
            <span className="box" aria-hidden="true" />
            {t('flights.exercise')}
          </Checkbox>
          <details>
            <summary>{t('flights.more')}</summary>
            <label className="field">
              {t('flights.date')}
              <input type="date" value={date} onChange={(event) => setDate(event.target.value)} />
            </label>
            <label className="field">
              {t('flights.gas')}
              <input type="text" value={gas} onChange={(event) => setGas(event.target.value)} />
            </label>
          </details>
          <button type="submit" className="button primary" disabled={send.isPending}>
            {send.isPending
              ? t('flights.sending')
              : t('flights.send', { files: t('flights.files', { count: files.length }) })}
          </button>
        </form>
      )}
      {send.error !== null && <SendFailed error={send.error} />}
      {send.data !== undefined && <Sent jobId={send.data} />}
    </section>
  );
}

/** Only the fields that a person filled in. */
function given<K extends string>(fields: Record<K, string>): Partial<Record<K, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')) as Partial<Record<K, string>>;
}

function SendFailed({ error }: { error: Error }) {
  const { t } = useTranslation();
  const faults: readonly Fault[] = error instanceof Problem ? error.faults : [];
  if (faults.length === 0) return <ProblemNote error={error} />;
  return (
    <div role="alert">
      <FaultTable title={t('flights.notUsable', { count: faults.length })} faults={faults} />
    </div>
  );
}

function Sent({ jobId }: { jobId: string }) {
  const { t } = useTranslation();
  const job = useQuery(jobsQuery).data?.find(({ id }) => id === jobId);
  return (
    <div className="sent" role="status">
      <p>
        {t('flights.sent')} <Link to="/jobs">{t('flights.seeJob')}</Link>
      </p>
      {job !== undefined && <JobProgress job={job} />}
    </div>
  );
}
