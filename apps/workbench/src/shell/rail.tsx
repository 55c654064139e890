import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { jobsQuery, sitesQuery } from '../data/api.ts';
import { usePage } from '../data/scene.ts';
import { carried, useView } from '../data/view.ts';
import { Glyph } from '../parts/glyph.tsx';

/** The life of a finding, as far as it is built. Stages without a page are not shown. */
export function Rail() {
  const { t } = useTranslation();
  const page = usePage();
  const search = carried(useView()) as never;
  const siteCount = useQuery(sitesQuery).data?.length;
  const active = (useQuery(jobsQuery).data ?? []).filter(
    ({ state }) => state === 'running' || state === 'queued',
  ).length;
  const items = [
    { to: '/flights', name: 'flights', pages: ['flights', 'flight'], badge: undefined },
    { to: '/queue', name: 'queue', pages: ['queue'], badge: siteCount },
    { to: '/sites', name: 'sites', pages: ['sites', 'site', 'estimate'], badge: undefined },
    { to: '/jobs', name: 'jobs', pages: ['jobs'], badge: active === 0 ? undefined : active },
  ] as const;
  return (
    <nav className="rail" aria-label={t('nav.label')}>
      {items.map(({ to, name, pages, badge }) => (
        <Link
          key={to}
          to={to}
          search={search}
          className={name === 'jobs' ? 'rail-item last' : 'rail-item'}
          aria-current={(pages as readonly string[]).includes(page) ? 'page' : undefined}
        >
          <Glyph name={name} />
          <span>{t(`nav.${name}`)}</span>
          {badge !== undefined && badge > 0 && (
            <span className={name === 'jobs' ? 'badge live' : 'badge'}>{badge}</span>
          )}
        </Link>
      ))}
    </nav>
  );
}
