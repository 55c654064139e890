import type { Site } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouter } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { sitesQuery } from '../data/api.ts';
import { useScene } from '../data/scene.ts';
import { carried, latestAddress, useChangeView, useView } from '../data/view.ts';
import { formatArea, formatRate, formatValue } from '../format/numbers.ts';
import { regionArea_m2 } from '../format/region-size.ts';
import { ExerciseTag } from '../parts/exercise-tag.tsx';
import { Empty, ProblemNote, Skeleton } from '../parts/states.tsx';
import { useTitle } from '../parts/title.ts';
import { IntervalBar, type LogAxis, logAxisOf, Time } from '../parts/values.tsx';
import { evidenceWord, useSubstanceName } from '../parts/words.ts';
import { isTyping } from '../shell/shell.tsx';
import { ListFilter } from './list-filter.tsx';

const ROW_PX = 92;

/** Candidate sites, strongest evidence first, walked with j and k. */
export function Queue() {
  const { t, i18n } = useTranslation();
  const { data: all, error, refetch } = useQuery(sitesQuery);
  const { sites, chosen } = useScene();
  const view = useView();
  // State, not a ref: the list below measures it, and a ref is set only after the list's own first effects.
  const [scroller, setScroller] = useState<HTMLDivElement | null>(null);
  useTitle(t('queue.title'));
  useQueueKeys(sites, chosen);
  const axis = logAxisOf(all?.length ? all.map(({ rate_kgph }) => rate_kgph) : [{ p05: 0.1, p50: 1, p95: 10 }]);
  return (
    <div className="page queue">
      <header className="page-head">
        <h1>{t('queue.title')}</h1>
        <p>{t('queue.intro')}</p>
      </header>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {all === undefined && error === null && <Skeleton rows={7} />}
      {all?.length === 0 && (
        <Empty title={t('queue.empty')} help={t('queue.emptyHelp')}>
          <Link to="/flights" className="button primary">
            {t('queue.emptyAction')}
          </Link>
        </Empty>
      )}
      {all !== undefined && all.length > 0 && (
        <>
          <ListFilter sites={all} shown={sites.length} />
          <div className="queue-axis" aria-hidden="true">
            <span>{formatValue(axis.low, i18n.language)}</span>
            <span>{t('queue.rateAxis')}</span>
            <span>{formatValue(axis.high, i18n.language)}</span>
          </div>
          {sites.length === 0 && <p className="note">{t('queue.noMatch', { text: view.q ?? '' })}</p>}
          <div className="scroller" ref={setScroller}>
            <QueueList sites={sites} chosen={chosen} axis={axis} scroller={scroller} />
          </div>
        </>
      )}
    </div>
  );
}

function QueueList(props: {
  sites: readonly Site[];
  chosen: Site | undefined;
  axis: LogAxis;
  scroller: HTMLDivElement | null;
}) {
  const { sites, chosen, axis, scroller } = props;
  const { t } = useTranslation();
  const rows = useVirtualizer({
    count: sites.length,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const at = sites.findIndex(({ id }) => id === chosen?.id);
  useEffect(() => {
    if (at >= 0) rows.scrollToIndex(at, { align: 'auto' });
  }, [at, rows]);
  return (
    <ol className="rows" aria-label={t('queue.title')} style={{ blockSize: rows.getTotalSize() }}>
      {rows.getVirtualItems().map(({ index, start }) => (
        <li
          key={sites[index]!.id}
          aria-setsize={sites.length}
          aria-posinset={index + 1}
          style={{ transform: `translateY(${start}px)`, blockSize: ROW_PX }}
        >
          <QueueRow site={sites[index]!} isChosen={index === at} axis={axis} />
        </li>
      ))}
    </ol>
  );
}

function QueueRow({ site, isChosen, axis }: { site: Site; isChosen: boolean; axis: LogAxis }) {
  const { t, i18n } = useTranslation();
  const view = useView();
  const changeView = useChangeView();
  const substanceName = useSubstanceName();
  const { value, interval, unit } = formatRate(site.rate_kgph, i18n.language);
  const link = useRef<HTMLAnchorElement>(null);
  // The keyboard's focus goes along with j and k, so that Enter opens the row that is marked.
  useEffect(() => {
    if (isChosen && document.activeElement?.classList.contains('queue-row')) link.current?.focus();
  }, [isChosen]);
  return (
    <Link
      ref={link}
      to="/sites/$siteId"
      params={{ siteId: site.id }}
      search={carried(view) as never}
      className="queue-row"
      aria-current={isChosen ? 'true' : undefined}
      onFocus={() => !isChosen && changeView({ at: site.id, rec: undefined, span: undefined })}
    >
      <span className="row-top">
        <span className="label">{site.label}</span>
        <span className="substance">{substanceName(site.substance)}</span>
        <ExerciseTag exercise={site.exercise} />
        <span className={`weight ${evidenceWord(site.lnBayesFactor)}`}>
          {t(`evidence.${evidenceWord(site.lnBayesFactor)}`)}{' '}
          <span className="faint">{formatValue(site.lnBayesFactor, i18n.language, 2)}</span>
        </span>
      </span>
      <span className="row-rate">
        <span>
          <b>{value}</b> {unit}
          <span className="interval">
            , {interval}, {t('unit.interval')}
          </span>
        </span>
        <IntervalBar rate={site.rate_kgph} axis={axis} />
      </span>
      <span className="row-foot">
        <span>{t('queue.within', { area: formatArea(regionArea_m2(site.region90), i18n.language) })}</span>
        <Time at={site.lastEmissionSeenAt} />
      </span>
    </Link>
  );
}

/** j and k step, Enter opens. */
function useQueueKeys(sites: readonly Site[], chosen: Site | undefined): void {
  const changeView = useChangeView();
  const navigate = useNavigate();
  const router = useRouter();
  const view = useView();
  const now = useRef({ sites, chosen, changeView, view });
  now.current = { sites, chosen, changeView, view };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const { sites, chosen, changeView, view } = now.current;
      const current = latestAddress(router).at ?? chosen?.id;
      const at = sites.findIndex(({ id }) => id === current);
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      const next = sites[Math.max(0, Math.min(sites.length - 1, at + step))];
      if (step !== 0 && next !== undefined) changeView({ at: next.id, rec: undefined, span: undefined });
      // Enter on a focused link or button is that element's own.
      else if (
        event.key === 'Enter' &&
        current !== undefined &&
        !(event.target as Element).closest('a, button, [role=slider]')
      ) {
        void navigate({ to: '/sites/$siteId', params: { siteId: current }, search: carried(view) as never });
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [navigate, router]);
}
