/** One source estimate of a flight: what it rests on, leg by leg, and what it would be without a leg or in other air. */
import type { SourceEstimate } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { estimateQuery, estimatesOfQuery, sitesQuery } from '../data/api.ts';
import { openInquiry, shownSource, useInquiryOf } from '../data/inquiry.ts';
import { carried, usePlace, useView } from '../data/view.ts';
import { formatArea } from '../format/numbers.ts';
import { regionArea_m2 } from '../format/region-size.ts';
import { Coordinates } from '../parts/coordinates.tsx';
import { ExerciseTag } from '../parts/exercise-tag.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ProblemNote, Skeleton } from '../parts/states.tsx';
import { useTitle } from '../parts/title.ts';
import { Evidence, IntervalBar, logAxisOf, Rate } from '../parts/values.tsx';
import { useSubstanceName } from '../parts/words.ts';
import { OtherAir } from './estimate-air.tsx';
import { Legs } from './estimate-legs.tsx';
import { NextLeg } from './estimate-next.tsx';
import { RateChart, Residuals } from './estimate-plots.tsx';
import { Caveats, Fact } from './site.tsx';

export function EstimatePage() {
  const { t } = useTranslation();
  const estimateId = usePlace().estimateId ?? '';
  const { data: estimate, error, refetch } = useQuery(estimateQuery(estimateId));
  const site = useQuery(sitesQuery).data?.find(({ sourceEstimateIds }) =>
    [estimateId, ...(estimate?.provenance.derivedFrom ?? [])].some((id) => sourceEstimateIds.includes(id)),
  );
  const view = useView();
  useTitle(t('estimate.title'));
  useEffect(() => {
    if (estimate !== undefined) openInquiry(estimate);
  }, [estimate]);
  return (
    <article className="page site estimate">
      <nav className="page-nav" aria-label={t('estimate.title')}>
        {site === undefined ? (
          <Link to="/flights" search={carried(view) as never} className="back">
            <Glyph name="left" /> {t('flights.title')}
          </Link>
        ) : (
          <Link to="/sites/$siteId" params={{ siteId: site.id }} search={carried(view) as never} className="back">
            <Glyph name="left" /> {site.label}
          </Link>
        )}
      </nav>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {estimate === undefined && error === null && <Skeleton rows={9} />}
      {estimate !== undefined && <EstimateBody estimate={estimate} />}
    </article>
  );
}

function EstimateBody({ estimate }: { estimate: SourceEstimate }) {
  const { t, i18n } = useTranslation();
  const substanceName = useSubstanceName();
  const inquiry = useInquiryOf(estimate.id);
  const shown = shownSource(inquiry);
  const source = shown ?? estimate;
  const areaOf = (region: SourceEstimate['region90']) => formatArea(regionArea_m2(region), i18n.language);
  const isOfFlight = estimate.passes !== undefined;
  const parts = source.region90.coordinates.length;
  return (
    <div className="scroller site-body">
      <header className="site-head">
        <h1>{t('estimate.title')}</h1>
        <p className="substance">{substanceName(estimate.substance)}</p>
        <ExerciseTag exercise={estimate.exercise} />
      </header>
      <MadeWithout estimate={estimate} />
      <section className="headline" aria-label={t('site.doubt')}>
        {inquiry?.answer !== undefined && (
          <p className="trial-tag">{shown === undefined ? t('estimate.nothingLeft') : t('estimate.notKept')}</p>
        )}
        <p className="headline-rate">
          <Rate rate={source.rate_kgph} />
        </p>
        <IntervalBar rate={source.rate_kgph} axis={logAxisOf([source.rate_kgph])} />
        <dl className="facts">
          <Fact name={t('number.position')}>
            <Coordinates position={source.position} />
          </Fact>
          <Fact name={t('number.region50')}>
            {areaOf(source.region50)}, {t('number.area50')}
          </Fact>
          <Fact name={t('number.region90')}>
            {areaOf(source.region90)}, {t('number.area90')}
            {parts > 1 && <>; {t('estimate.parts', { count: parts })}</>}
          </Fact>
          <Fact name={t('number.evidence')}>
            <Evidence lnBayesFactor={source.lnBayesFactor} />
          </Fact>
        </dl>
      </section>
      {inquiry !== undefined && isOfFlight && <Legs inquiry={inquiry} />}
      {inquiry !== undefined && isOfFlight && <OtherAir inquiry={inquiry} />}
      {source.rateDistribution !== undefined && <RateChart source={source} />}
      {inquiry !== undefined && <Residuals inquiry={inquiry} />}
      {inquiry !== undefined && isOfFlight && <NextLeg inquiry={inquiry} />}
      <Caveats caveats={source.caveats} />
      <Kept estimate={estimate} />
    </div>
  );
}

/** On an answer that was kept: the legs it leaves out, the reasons, and the way to the original. */
function MadeWithout({ estimate }: { estimate: SourceEstimate }) {
  const { t } = useTranslation();
  const view = useView();
  const aside = (estimate.passes ?? []).filter(({ setAside }) => setAside !== undefined);
  const original = estimate.provenance.derivedFrom.find((id) => id.startsWith('est-'));
  if (aside.length === 0) return null;
  return (
    <section className="made-without">
      <h2>{t('estimate.madeWithout')}</h2>
      <ul>
        {aside.map(({ index, setAside }) => (
          <li key={index}>
            {t('estimate.leg', { number: index + 1 })}: {setAside}
          </li>
        ))}
      </ul>
      {original !== undefined && (
        <Link to="/estimates/$estimateId" params={{ estimateId: original }} search={carried(view) as never}>
          {t('estimate.toOriginal')}
        </Link>
      )}
    </section>
  );
}

/** Answers that people kept of the same flight. */
function Kept({ estimate }: { estimate: SourceEstimate }) {
  const { t } = useTranslation();
  const view = useView();
  const all = useQuery(estimatesOfQuery(estimate.recordingIds[0] ?? '')).data ?? [];
  const kept = all.filter(
    ({ id, provenance }) => id !== estimate.id && provenance.settings?.passesSetAside !== undefined,
  );
  if (kept.length === 0) return null;
  return (
    <section>
      <h2>{t('estimate.kept')}</h2>
      <ul className="cards">
        {kept.map((one) => (
          <li key={one.id} className="card">
            <Link to="/estimates/$estimateId" params={{ estimateId: one.id }} search={carried(view) as never}>
              {(one.passes ?? [])
                .filter(({ setAside }) => setAside !== undefined)
                .map(({ index, setAside }) => `${t('estimate.leg', { number: index + 1 })}: ${setAside}`)
                .join('; ')}
            </Link>
            <span>
              <Rate rate={one.rate_kgph} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
