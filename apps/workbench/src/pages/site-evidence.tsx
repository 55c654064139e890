import type { Detection, PlumelineRecord, Recording, SourceEstimate } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { samplesQuery, traceQuery } from '../data/api.ts';
import { hover } from '../data/hover.ts';
import { carried, useView } from '../data/view.ts';
import { formatBytes, formatCount, formatValue } from '../format/numbers.ts';
import { formatClock, formatDuration, formatInstant, formatSpan } from '../format/times.ts';
import { Digest } from '../parts/digest.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ProblemNote, Skeleton } from '../parts/states.tsx';
import { Evidence, Rate, Time } from '../parts/values.tsx';

export function Estimates({ estimates }: { estimates: readonly SourceEstimate[] }) {
  const { t } = useTranslation();
  const view = useView();
  return (
    <ul className="cards">
      {estimates.map((estimate) => (
        <li key={estimate.id} className="card">
          <p className="card-main">
            <Rate rate={estimate.rate_kgph} />
          </p>
          <p>
            <Evidence lnBayesFactor={estimate.lnBayesFactor} />
          </p>
          <p className="faint">
            {t('number.firstSeen')} <Time at={estimate.firstObservedAt} /> · {t('number.lastSeen')}{' '}
            <Time at={estimate.lastObservedAt} />
          </p>
          <Link
            to="/estimates/$estimateId"
            params={{ estimateId: estimate.id }}
            search={carried(view) as never}
            className="more"
          >
            {t('estimate.open')}
          </Link>
          <p className="faint code">{estimate.id}</p>
        </li>
      ))}
    </ul>
  );
}

const FEW = 6;

/** Each detection in words; a press puts the map's and the series' cursor on its peak. */
export function Detections({ detections }: { detections: readonly Detection[] }) {
  const { t, i18n } = useTranslation();
  const [isWhole, setWhole] = useState(false);
  if (detections.length === 0) return <p className="note">{t('flight.detectionsNone')}</p>;
  const bySignal = [...detections].sort((a, b) => b.signalToNoise - a.signalToNoise);
  const shown = isWhole ? bySignal : bySignal.slice(0, FEW);
  // The clock alone says when, unless they lie on several days.
  const hasDays = new Set(detections.map(({ startAt }) => startAt.slice(0, 10))).size > 1;
  return (
    <>
      <p className="note">{t('flight.detectionsHelp')}</p>
      <ul className="detections">
        {shown.map((detection) => (
          <DetectionRow key={detection.id} detection={detection} hasDay={hasDays} />
        ))}
      </ul>
      {detections.length > FEW && (
        <button type="button" className="button small" aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? t('app.less') : `${t('app.more')} (${formatCount(detections.length, i18n.language)})`}
        </button>
      )}
    </>
  );
}

function DetectionRow({ detection, hasDay }: { detection: Detection; hasDay: boolean }) {
  const { t, i18n } = useTranslation();
  const view = useView();
  const samples = useQuery({ ...samplesQuery(detection.recordingId), enabled: false }).data;
  const start = hasDay
    ? formatInstant(detection.startAt, i18n.language)
    : `${formatClock(Date.parse(detection.startAt) / 1000, i18n.language)} UTC`;
  const point = () => {
    if (samples === undefined) return;
    const from = Date.parse(detection.startAt) / 1000;
    const to = Date.parse(detection.endAt) / 1000;
    let peak: number | undefined;
    samples.time_s.forEach((time, i) => {
      const value = samples.moleFraction_ppm[i];
      const isIn = time >= from - 0.5 && time <= to + 0.5 && value != null;
      if (isIn && (peak === undefined || value > (samples.moleFraction_ppm[peak] ?? 0))) peak = i;
    });
    if (peak !== undefined) hover.set({ recordingId: detection.recordingId, index: peak, from: 'list' });
  };
  return (
    <li>
      <button
        type="button"
        className="detection"
        aria-label={t('flight.showOnSeries', { time: start })}
        onClick={point}
        onMouseEnter={point}
        onFocus={point}
      >
        <span className="clock">{start}</span>
        <span className="peak">
          {detection.plume === undefined
            ? t('flight.peak', {
                value: formatValue(detection.peakEnhancement_ppm, i18n.language),
                sd: formatValue(detection.peakEnhancementSd_ppm, i18n.language, 2),
              })
            : t('cube.inCube', {
                value: formatValue(detection.plume.peakColumn_ppmm, i18n.language),
                sd: formatValue(detection.plume.peakColumnSd_ppmm, i18n.language, 2),
              })}
        </span>
        <span className="faint">
          {t('flight.snr', { value: formatValue(detection.signalToNoise, i18n.language, 2) })}
        </span>
        {detection.instrument !== undefined && <span className="faint">{detection.instrument}</span>}
      </button>
      {detection.plume !== undefined && (
        <Link
          to="/flights/$recordingId"
          params={{ recordingId: detection.recordingId }}
          search={carried(view) as never}
          className="cube-link"
        >
          {t('cube.openCube')}
        </Link>
      )}
    </li>
  );
}

export function Recordings({ recordings }: { recordings: readonly Recording[] }) {
  const { t, i18n } = useTranslation();
  const view = useView();
  return (
    <ul className="cards">
      {recordings.map((recording) => (
        <li key={recording.id} className="card">
          <p className="card-main">
            <Link to="/flights/$recordingId" params={{ recordingId: recording.id }} search={carried(view) as never}>
              {recording.name}
            </Link>
          </p>
          <p className="faint">
            {formatSpan(recording.startAt, recording.endAt, i18n.language)},{' '}
            {formatDuration(recording.startAt, recording.endAt)} ·{' '}
            {t('number.samples', { text: formatCount(recording.sampleCount, i18n.language) })}
          </p>
          <Files recording={recording} />
        </li>
      ))}
    </ul>
  );
}

export function Files({ recording }: { recording: Recording }) {
  const { i18n } = useTranslation();
  return (
    <ul className="files">
      {recording.files.map(({ name, digest, bytes }) => (
        <li key={`${name} ${digest}`}>
          <Glyph name="file" />
          <span className="file-name">{name}</span>
          <span className="faint">{formatBytes(bytes, i18n.language)}</span>
          <Digest digest={digest} />
        </li>
      ))}
    </ul>
  );
}

/** The chain from the site to the bytes, one record a step. */
export function Provenance({ id }: { id: string }) {
  const { data: records, error, refetch } = useQuery(traceQuery(id));
  const { t } = useTranslation();
  if (error !== null) return <ProblemNote error={error} onRetry={() => void refetch()} />;
  if (records === undefined) return <Skeleton rows={4} />;
  const steps = groupByKind(records);
  const last = records.at(-1);
  return (
    <>
      <ol className="chain">
        {steps.map(({ kind, members }) => (
          <li key={kind}>
            <span className="step">{t(`trace.${kind}`, { count: members.length })}</span>
            <span className="ids">
              {members.slice(0, 3).map(({ id }) => (
                <code key={id}>{id}</code>
              ))}
              {members.length > 3 && <span className="faint">+{members.length - 3}</span>}
            </span>
          </li>
        ))}
        {records
          .filter((record) => record.kind === 'recording')
          .flatMap(({ files }) => files)
          .slice(0, 8)
          .map(({ name, digest }) => (
            <li key={`${name} ${digest}`} className="bytes">
              <span className="step">{name}</span>
              <Digest digest={digest} />
            </li>
          ))}
      </ol>
      {last !== undefined && (
        <p className="faint">
          {t('site.profile', { name: last.provenance.profile.name })} ·{' '}
          {t('site.software', { software: last.provenance.software })}
        </p>
      )}
    </>
  );
}

function groupByKind(records: readonly PlumelineRecord[]) {
  const kinds = ['site', 'source-estimate', 'null-result', 'detection', 'recording'] as const;
  return kinds.flatMap((kind) => {
    const members = records.filter((record) => record.kind === kind);
    return members.length === 0 ? [] : [{ kind, members }];
  });
}
