import type { Caveat, Hypothesis, Site } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { type SiteFile, siteQuery, sitesQuery } from '../data/api.ts';
import { carried, latestAddress, usePlace, useView } from '../data/view.ts';
import { formatArea, formatDistance } from '../format/numbers.ts';
import { regionArea_m2, regionRadius_m } from '../format/region-size.ts';
import { Coordinates } from '../parts/coordinates.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { ProblemNote, Skeleton } from '../parts/states.tsx';
import { useTitle } from '../parts/title.ts';
import { Evidence, IntervalBar, logAxisOf, Rate, Time } from '../parts/values.tsx';
import { useCaveatText, useSubstanceName } from '../parts/words.ts';
import { isTyping } from '../shell/shell.tsx';
import { Detections, Estimates, Provenance, Recordings } from './site-evidence.tsx';
import { PrintFoot, PrintMap } from './site-print.tsx';

/** One place: what is known, how well, what it might be, and everything it rests on. */
export function SitePage() {
  const { t } = useTranslation();
  const siteId = usePlace().siteId ?? '';
  const { data: file, error, refetch } = useQuery(siteQuery(siteId));
  const { previous, next } = useNeighbours(siteId);
  useTitle(file?.site.label ?? t('nav.sites'));
  return (
    <article className="page site">
      <nav className="page-nav" aria-label={t('nav.queue')}>
        <Link to="/queue" search={{ ...carried(useView()), at: siteId } as never} className="back">
          <Glyph name="left" /> {t('queue.title')}
        </Link>
        <span className="page-tools">
          <Step id={previous} label={t('site.previous')} glyph="up" />
          <Step id={next} label={t('site.next')} glyph="down" />
          <button type="button" className="icon-button" aria-label={t('app.print')} onClick={() => print()}>
            <Glyph name="print" />
          </button>
        </span>
      </nav>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {file === undefined && error === null && <Skeleton rows={9} />}
      {file !== undefined && <SiteBody file={file} />}
    </article>
  );
}

function SiteBody({ file }: { file: SiteFile }) {
  const { site, estimates } = file;
  const { t, i18n } = useTranslation();
  const substanceName = useSubstanceName();
  const areaOf = (region: Site['region90']) => formatArea(regionArea_m2(region), i18n.language);
  return (
    <div className="scroller site-body">
      <header className="site-head">
        <p className="site-mark">{site.exercise ? t('app.exercise') : ''}</p>
        <h1>{site.label}</h1>
        <p className="substance">{substanceName(site.substance)}</p>
      </header>
      <section className="headline" aria-label={t('site.doubt')}>
        <p className="headline-rate">
          <Rate rate={site.rate_kgph} />
        </p>
        <IntervalBar rate={site.rate_kgph} axis={logAxisOf([site.rate_kgph])} />
        <PrintMap label={t('site.mapPicture')} />
        <dl className="facts">
          <Fact name={t('number.position')}>
            <Coordinates position={site.position} />
          </Fact>
          <Fact name={t('number.region50')}>
            {areaOf(site.region50)}, {t('number.area50')}
          </Fact>
          <Fact name={t('number.region90')}>
            {areaOf(site.region90)}, {t('number.area90')};{' '}
            {t('number.radius', { radius: formatDistance(regionRadius_m(site.region90), i18n.language) })}
          </Fact>
          <Fact name={t('number.evidence')}>
            <Evidence lnBayesFactor={site.lnBayesFactor} />
          </Fact>
          <Fact name={t('number.lastSeen')}>
            <Time at={site.lastEmissionSeenAt} />
          </Fact>
        </dl>
      </section>
      <Caveats caveats={estimates.flatMap(({ caveats }) => caveats)} />
      <Hypotheses hypotheses={site.hypotheses} />
      <section>
        <h2>{t('site.estimates')}</h2>
        <Estimates estimates={estimates} />
      </section>
      <section>
        <h2>
          {t('site.detections')} <span className="tally">{file.detections.length}</span>
        </h2>
        <Detections detections={file.detections} />
      </section>
      <section>
        <h2>{t('site.recordings')}</h2>
        <Recordings recordings={file.recordings} />
      </section>
      <section>
        <h2>{t('site.provenance')}</h2>
        <p className="note">{t('site.provenanceHelp')}</p>
        <Provenance id={site.id} />
      </section>
      <PrintFoot />
    </div>
  );
}

export function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The same caveat from several estimates is said once. */
export function Caveats({ caveats }: { caveats: readonly Caveat[] }) {
  const { t } = useTranslation();
  const textOf = useCaveatText();
  const texts = [...new Set(caveats.map(textOf))];
  return (
    <section className="caveats">
      <h2>{t('site.caveats')}</h2>
      {texts.length === 0 ? (
        <p className="note">{t('site.noCaveats')}</p>
      ) : (
        <ul>
          {texts.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Hypotheses({ hypotheses }: { hypotheses: readonly Hypothesis[] }) {
  const { t } = useTranslation();
  return (
    <section>
      <h2>{t('site.hypotheses')}</h2>
      <p className="note">{t('hypothesis.help')}</p>
      <ul className="hypotheses">
        {hypotheses.map(({ key, state }) => (
          <li key={key} data-state={state}>
            <span>{t(`hypothesis.${key}`)}</span>
            <span className="state">{t(`hypothesis.${state}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Step({ id, label, glyph }: { id: string | undefined; label: string; glyph: 'up' | 'down' }) {
  const view = useView();
  if (id === undefined) {
    return (
      <button type="button" className="icon-button" aria-label={label} disabled>
        <Glyph name={glyph} />
      </button>
    );
  }
  return (
    <Link
      to="/sites/$siteId"
      params={{ siteId: id }}
      search={carried(view) as never}
      className="icon-button"
      aria-label={label}
    >
      <Glyph name={glyph} />
    </Link>
  );
}

/** The sites before and after in the queue; j, k and Escape walk there. */
function useNeighbours(siteId: string): { previous: string | undefined; next: string | undefined } {
  const sites = useQuery(sitesQuery).data;
  const navigate = useNavigate();
  const router = useRouter();
  const view = useView();
  const now = useRef({ sites, view });
  now.current = { sites, view };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
      const { sites, view } = now.current;
      const current = latestAddress(router).path.split('/').at(-1) ?? '';
      const { previous, next } = neighboursOf(current, sites);
      const to = event.key === 'j' ? next : event.key === 'k' ? previous : undefined;
      if (to !== undefined) {
        void navigate({ to: '/sites/$siteId', params: { siteId: to }, search: carried(view) as never });
      } else if (event.key === 'Escape' && !(event.target as Element).closest('[role=slider]')) {
        void navigate({ to: '/queue', search: { ...carried(view), at: current } as never });
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [navigate, router]);
  return neighboursOf(siteId, sites);
}

function neighboursOf(siteId: string, sites: readonly Site[] = []) {
  const at = sites.findIndex(({ id }) => id === siteId);
  return { previous: at > 0 ? sites[at - 1]?.id : undefined, next: at >= 0 ? sites[at + 1]?.id : undefined };
}
