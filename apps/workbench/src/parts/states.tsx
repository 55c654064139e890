/** What a page shows when there is nothing, not yet, or no more: next steps, bones, and faults in words. */
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem, UNREACHABLE } from '../data/api.ts';
import { Glyph } from './glyph.tsx';

export function Empty({ title, help, children }: { title: string; help: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{help}</p>
      {children}
    </div>
  );
}

export function Skeleton({ rows }: { rows: number }) {
  const { t } = useTranslation();
  return (
    <div className="skeleton" role="status" aria-label={t('app.loading')}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bones have no identity
        <span key={row} className="bone" />
      ))}
    </div>
  );
}

export function ProblemNote({ error, onRetry }: { error: Error; onRetry?: () => void }) {
  const { t } = useTranslation();
  const isUnreachable = error instanceof Problem && error.status === UNREACHABLE;
  const remedy = isUnreachable ? t('problem.networkHelp') : error instanceof Problem ? error.remedy : undefined;
  return (
    <div className="problem" role="alert">
      <Glyph name="warn" />
      <div>
        <h2>{isUnreachable ? t('problem.network') : t('problem.title')}</h2>
        {!isUnreachable && <p>{error.message}</p>}
        {remedy !== undefined && <p>{remedy}</p>}
        {onRetry !== undefined && (
          <button type="button" className="button" onClick={onRetry}>
            {t('app.retry')}
          </button>
        )}
      </div>
    </div>
  );
}

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Empty title={t('app.notFound')} help={t('app.notFoundHelp')}>
      <Link to="/queue" className="button primary">
        {t('app.toQueue')}
      </Link>
    </Empty>
  );
}
