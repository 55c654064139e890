import type { Site } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { sitesQuery } from '../data/api.ts';
import { useScene } from '../data/scene.ts';
import { carried, useChangeView, useView } from '../data/view.ts';
import { formatArea, formatValue } from '../format/numbers.ts';
import { regionArea_m2 } from '../format/region-size.ts';
import { Coordinates } from '../parts/coordinates.tsx';
import { ExerciseTag } from '../parts/exercise-tag.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { Empty, ProblemNote, Skeleton } from '../parts/states.tsx';
import { useTitle } from '../parts/title.ts';
import { Time } from '../parts/values.tsx';
import { useSubstanceName } from '../parts/words.ts';
import { ListFilter } from './list-filter.tsx';

const ROW_PX = 36;

type Column = 'label' | 'substance' | 'rate' | 'interval' | 'region' | 'evidence' | 'lastSeen' | 'position';

/** How each column sorts, and whether it is a number. The interval sorts by its width in the logarithm. */
const COLUMNS: readonly { name: Column; isNumber: boolean; key: ((site: Site) => number | string) | undefined }[] = [
  { name: 'label', isNumber: false, key: ({ label }) => label },
  { name: 'substance', isNumber: false, key: ({ substance }) => substance },
  { name: 'rate', isNumber: true, key: ({ rate_kgph }) => rate_kgph.p50 },
  { name: 'interval', isNumber: true, key: ({ rate_kgph }) => rate_kgph.p95 / Math.max(1e-9, rate_kgph.p05) },
  { name: 'region', isNumber: true, key: ({ region90 }) => regionArea_m2(region90) },
  { name: 'evidence', isNumber: true, key: ({ lnBayesFactor }) => lnBayesFactor },
  { name: 'lastSeen', isNumber: true, key: ({ lastEmissionSeenAt }) => lastEmissionSeenAt },
  { name: 'position', isNumber: false, key: undefined },
];

const STRONGEST_FIRST = '-evidence';

/** Every site as a table: the same as the map, in words and numbers. */
export function Sites() {
  const { t } = useTranslation();
  const { data: all, error, refetch } = useQuery(sitesQuery);
  const { sites } = useScene();
  const sort = useView().sort ?? STRONGEST_FIRST;
  const sorted = useMemo(() => sortSites(sites, sort), [sites, sort]);
  useTitle(t('sites.title'));
  return (
    <div className="page sites">
      <header className="page-head">
        <h1>{t('sites.title')}</h1>
        <p>{t('sites.intro')}</p>
      </header>
      {error !== null && <ProblemNote error={error} onRetry={() => void refetch()} />}
      {all === undefined && error === null && <Skeleton rows={10} />}
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
          <SiteTable sites={sorted} sort={sort} />
        </>
      )}
    </div>
  );
}

function SiteTable({ sites, sort }: { sites: readonly Site[]; sort: string }) {
  const { t } = useTranslation();
  const changeView = useChangeView();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: sites.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 10,
  });
  const drawn = rows.getVirtualItems();
  const before = drawn[0]?.start ?? 0;
  const after = rows.getTotalSize() - (drawn.at(-1)?.end ?? 0);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section className="scroller" ref={scroller} tabIndex={0} aria-label={t('sites.title')}>
      <table aria-rowcount={sites.length + 1}>
        <thead>
          <tr>
            {COLUMNS.map(({ name, isNumber, key }) => {
              const isSorted = sort.replace('-', '') === name;
              const isDown = isSorted && sort.startsWith('-');
              return (
                <th
                  key={name}
                  scope="col"
                  className={isNumber ? 'number' : undefined}
                  aria-sort={isSorted ? (isDown ? 'descending' : 'ascending') : undefined}
                >
                  {key === undefined ? (
                    t(`sites.${name}`)
                  ) : (
                    <button
                      type="button"
                      aria-label={t('sites.sort', { column: t(`sites.${name}`) })}
                      onClick={() => changeView({ sort: isDown ? name : `-${name}` })}
                    >
                      {t(`sites.${name}`)}
                      {isSorted && <Glyph name={isDown ? 'down' : 'up'} />}
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr style={{ blockSize: before }} />}
          {drawn.map(({ index }) => (
            <SiteRow key={sites[index]!.id} site={sites[index]!} row={index + 2} />
          ))}
          {after > 0 && <tr style={{ blockSize: after }} />}
        </tbody>
      </table>
    </section>
  );
}

function SiteRow({ site, row }: { site: Site; row: number }) {
  const { t, i18n } = useTranslation();
  const view = useView();
  const substanceName = useSubstanceName();
  const text = (value: number) => formatValue(value, i18n.language);
  const { p05, p50, p95 } = site.rate_kgph;
  return (
    <tr aria-rowindex={row} aria-selected={view.at === site.id ? true : undefined}>
      <th scope="row">
        <Link to="/sites/$siteId" params={{ siteId: site.id }} search={carried(view) as never}>
          {site.label}
        </Link>
        <ExerciseTag exercise={site.exercise} />
      </th>
      <td>{substanceName(site.substance)}</td>
      <td className="number">{text(p50)}</td>
      <td className="number">
        {formatValue(p05, i18n.language, 2)}–{formatValue(p95, i18n.language, 2)}
      </td>
      <td className="number">{formatArea(regionArea_m2(site.region90), i18n.language)}</td>
      <td className="number" title={t('evidence.scale')}>
        {formatValue(site.lnBayesFactor, i18n.language, 2)}
      </td>
      <td className="number">
        <Time at={site.lastEmissionSeenAt} dayOnly />
      </td>
      <td>
        <Coordinates position={site.position} />
      </td>
    </tr>
  );
}

function sortSites(sites: readonly Site[], sort: string): readonly Site[] {
  const key = COLUMNS.find(({ name }) => name === sort.replace('-', ''))?.key;
  if (key === undefined) return sites;
  const way = sort.startsWith('-') ? -1 : 1;
  return [...sites].sort((a, b) => {
    const x = key(a);
    const y = key(b);
    return way * (typeof x === 'string' || typeof y === 'string' ? String(x).localeCompare(String(y)) : x - y);
  });
}
