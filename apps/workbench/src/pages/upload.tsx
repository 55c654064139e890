import type { Fault } from '@plumeline/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ChangeEvent, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Checkbox } from 'react-aria-components/Checkbox';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { useTranslation } from 'react-i18next';
import { jobsQuery, Problem, profilesQuery, queryClient, type SendOptions, sendFiles } from '../data/api.ts';
import { formatBytes } from '../format/numbers.ts';
import { filesOf } from '../parts/dropped-files.ts';
import { FaultTable } from '../parts/faults.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ProblemNote } from '../parts/states.tsx';
import { JobProgress } from './jobs.tsx';

/** Takes a flight's files, says at once what is wrong with them, and follows the work on them. */
export function Upload() {
  const { t } = useTranslation();
  const [files, setFiles] = useState<readonly File[]>([]);
  const send = useMutation({
    mutationFn: (options: SendOptions) => sendFiles(files, options),
    onSuccess: () => {
      setFiles([]);
      void queryClient.invalidateQueries({ queryKey: ['jobs'] });
    },
  });
  const add = (more: readonly File[]) => {
    send.reset();
    setFiles((known) => [...known.filter((file) => !more.some((other) => nameOf(other) === nameOf(file))), ...more]);
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
        <UploadForm
          files={files}
          isSending={send.isPending}
          onRemove={(file) => setFiles(files.filter((other) => other !== file))}
          onSend={send.mutate}
        />
      )}
      {send.error !== null && <SendFailed error={send.error} />}
      {send.data !== undefined && <Sent jobId={send.data} />}
    </section>
  );
}

function UploadForm(props: {
  files: readonly File[];
  isSending: boolean;
  onRemove: (file: File) => void;
  onSend: (options: SendOptions) => void;
}) {
  const { files, isSending, onRemove, onSend } = props;
  const { t } = useTranslation();
  const [fields, setFields] = useState({ profile: '', date: '', gas: '' });
  const [isExercise, setExercise] = useState(false);
  const profiles = useQuery(profilesQuery).data ?? [];
  const set = (name: keyof typeof fields) => (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
    setFields({ ...fields, [name]: event.target.value });
  return (
    <form
      className="upload-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSend({ isExercise, ...given(fields) });
      }}
    >
      <ChosenFiles files={files} onRemove={onRemove} />
      <label className="field">
        {t('flights.profile')}
        <select value={fields.profile} onChange={set('profile')}>
          <option value="">{t('flights.profileAuto')}</option>
          {profiles.map(({ name, title }) => (
            <option key={name} value={name}>
              {`${title} (${name})`}
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
          <input type="date" value={fields.date} onChange={set('date')} />
        </label>
        <label className="field">
          {t('flights.gas')}
          <input type="text" value={fields.gas} onChange={set('gas')} />
        </label>
      </details>
      <button type="submit" className="button primary" disabled={isSending}>
        {isSending ? t('flights.sending') : t('flights.send', { files: t('flights.files', { count: files.length }) })}
      </button>
    </form>
  );
}

function ChosenFiles({ files, onRemove }: { files: readonly File[]; onRemove: (file: File) => void }) {
  const { t, i18n } = useTranslation();
  return (
    <ul className="files">
      {files.map((file) => (
        <li key={nameOf(file)}>
          <Glyph name="file" />
          <span className="file-name">{nameOf(file)}</span>
          <span className="faint">{formatBytes(file.size, i18n.language)}</span>
          <button
            type="button"
            className="icon-button"
            aria-label={t('flights.remove', { name: nameOf(file) })}
            onClick={() => onRemove(file)}
          >
            <Glyph name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** With its folders, where a folder was chosen. */
function nameOf(file: File): string {
  return file.webkitRelativePath || file.name;
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
