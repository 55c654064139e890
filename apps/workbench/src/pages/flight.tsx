import type { NullResult, Recording } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { detectionsQuery, nullResultsQuery, recordingQuery, sitesQuery } from '../data/api.ts';
import { carried, useChangeView, usePlace, useView } from '../data/view.ts';
import { formatArea, formatCount, formatRate, formatValue } from '../format/numbers.ts';
import { regionArea_m2 } from '../format/region-size.ts';
import { formatDuration, formatSpan } from '../format/times.ts';
import { Glyph } from '../parts/glyph.tsx';
import { ProblemNote, Skeleton } from '../parts/states.tsx';
import { useTitle } from '../parts/title.ts';
import { useCaveatText, useExclusionText, useSubstanceName } from '../parts/words.ts';
import { CubeFacts, CubeMapChoice, PixelSpectrum, Plumes } from './cube.tsx';
import { Fact } from './site.tsx';
import { Detections, Files } from './site-evidence.tsx';

/** One recording: what it found or did not find, what was set aside, and the bytes it came as. */
export function Flight() {
  const { t } = useTranslation();
  const recordingId = usePlace().recordingId ?? '';
  const { data: recording, error, refetch } = useQuery(recordingQuery(recordingId));
  const view = useView();
  useTitle(recording?.name ?? t('flights.title'));
  return (
    <article className="page flight">
      <nav className="page-nav" aria-label={t('flights.title')}>
        <Link to="/flights" search={carried(view) as never} className="back">
          <Glyph name="left" /> {t('flights.title')}
        </Link>
      </nav>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {recording === undefined && error === null && <Skeleton rows={9} />}
      {recording !== undefined && <FlightBody recording={recording} />}
    </article>
  );
}

function FlightBody({ recording }: { recording: Recording }) {
  const { t, i18n } = useTranslation();
  const substanceName = useSubstanceName();
  const { data: detections } = useQuery(detectionsQuery(recording.id));
  const { data: nullResults } = useQuery(nullResultsQuery(recording.id));
  return (
    <div className="scroller">
      <header className="site-head">
        <h1>{recording.name}</h1>
        <p className="substance">{substanceName(recording.substance)}</p>
      </header>
      <dl className="facts">
        {recording.imaging === undefined && (
          <Fact name={t('number.duration')}>
            {formatSpan(recording.startAt, recording.endAt, i18n.language)}
            <br />
            {formatDuration(recording.startAt, recording.endAt)},{' '}
            {t('number.samples', { text: formatCount(recording.sampleCount, i18n.language) })}
          </Fact>
        )}
        {recording.imaging !== undefined && <CubeFacts recording={recording} />}
      </dl>
      {nullResults?.map((result) => (
        <NullResultCard key={result.id} result={result} />
      ))}
      {(nullResults === undefined || nullResults.length === 0) && <SitesFound recordingId={recording.id} />}
      {recording.imaging === undefined ? (
        <section>
          <h2>
            {t('flight.detections')} <span className="tally">{detections?.length}</span>
          </h2>
          {detections === undefined ? <Skeleton rows={3} /> : <Detections detections={detections} />}
        </section>
      ) : (
        <>
          <CubeMapChoice recording={recording} />
          <Plumes detections={detections} />
          <PixelSpectrum recording={recording} detections={detections} />
        </>
      )}
      <InstrumentNotes recording={recording} />
      <Excluded recording={recording} />
      <section>
        <h2>{t('flight.files')}</h2>
        <Files recording={recording} />
        <p className="faint">
          {t('site.profile', { name: recording.provenance.profile.name })} ·{' '}
          {t('site.software', { software: recording.provenance.software })}
        </p>
      </section>
    </div>
  );
}

function SitesFound({ recordingId }: { recordingId: string }) {
  const { t, i18n } = useTranslation();
  const view = useView();
  const sites = useQuery(sitesQuery).data?.filter(({ recordingIds }) => recordingIds.includes(recordingId));
  return (
    <section>
      <h2>{t('flight.found')}</h2>
      {sites === undefined && <Skeleton rows={2} />}
      {sites?.length === 0 && <p className="note">{t('flight.foundNone')}</p>}
      <ul className="found">
        {sites?.map((site) => {
          const { value, unit, interval } = formatRate(site.rate_kgph, i18n.language);
          return (
            <li key={site.id}>
              <Link to="/sites/$siteId" params={{ siteId: site.id }} search={carried(view) as never}>
                {site.label}
              </Link>
              <span>
                {value} {unit}, {interval}, {t('unit.interval')}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

/** "Searched, nothing found, would have seen x": a result like any other. */
export function NullResultCard({ result }: { result: NullResult }) {
  const { t, i18n } = useTranslation();
  const textOf = useCaveatText();
  return (
    <section className="null-result">
      <h2>{t('flight.nullTitle')}</h2>
      <p>
        {result.upperLimit_kgph === undefined
          ? t('flight.nullNoLimit')
          : t('flight.nullLimit', { rate: formatValue(result.upperLimit_kgph, i18n.language, 2) })}
      </p>
      {result.searched.length > 0 && (
        <>
          <p>{t('flight.nullSearched')}</p>
          <SearchedRates result={result} />
          <p className="note">{t('flight.nullMeaning')}</p>
        </>
      )}
      <p className="faint">{t('evidence.lnBf', { value: formatValue(result.lnBayesFactor, i18n.language, 2) })}</p>
      {result.caveats.length > 0 && (
        <ul className="null-caveats">
          {result.caveats.map((caveat) => (
            <li key={caveat.code}>{textOf(caveat)}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** One rate at a time, or all, on the map. */
function SearchedRates({ result }: { result: NullResult }) {
  const { t, i18n } = useTranslation();
  const { rate } = useView();
  const changeView = useChangeView();
  const choices = [
    { value: undefined, text: t('flight.nullAll') },
    ...result.searched.map(({ rate_kgph, region }) => ({
      value: String(rate_kgph),
      text: t('flight.nullArea', {
        rate: formatValue(rate_kgph, i18n.language, 2),
        area: formatArea(regionArea_m2(region), i18n.language),
      }),
    })),
  ];
  const chosen = choices.some(({ value }) => value === rate) ? rate : undefined;
  return (
    <fieldset className="searched-rates">
      <legend className="hidden-text">{t('flight.nullShow')}</legend>
      {choices.map(({ value, text }) => (
        <label key={value ?? 'all'}>
          <input
            type="radio"
            name={`searched-${result.id}`}
            checked={value === chosen}
            onChange={() => changeView({ rate: value })}
          />
          {text}
        </label>
      ))}
    </fieldset>
  );
}

/** What the instrument did to the readings, as far as the reader noticed. */
function InstrumentNotes({ recording }: { recording: Recording }) {
  const { t } = useTranslation();
  const textOf = useCaveatText();
  if (recording.caveats === undefined || recording.caveats.length === 0) return null;
  return (
    <section className="caveats">
      <h2>{t('flight.caveats')}</h2>
      <ul>
        {[...new Set(recording.caveats.map(textOf))].map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
    </section>
  );
}

function Excluded({ recording }: { recording: Recording }) {
  const { t, i18n } = useTranslation();
  const textOf = useExclusionText();
  return (
    <section>
      <h2>{t('flight.excluded')}</h2>
      {recording.excluded.length === 0 ? (
        <p className="note">{t('flight.noExcluded')}</p>
      ) : (
        <ul className="excluded">
          {recording.excluded.map((exclusion) => {
            const { code, file, count, firstRow, lastRow } = exclusion;
            const { text, isEnglish } = textOf(exclusion);
            return (
              <li key={`${code} ${file} ${firstRow}`}>
                <span lang={isEnglish ? 'en' : undefined}>{text}</span>
                <span className="faint">
                  {t('flight.excludedRow', {
                    number: formatCount(count, i18n.language),
                    file,
                    first: firstRow,
                    last: lastRow,
                  })}
                </span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
}
