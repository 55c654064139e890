/** The one shape of every page: bar, rail, map as ground, panel for the thing in hand, strip for time. */
import { Outlet, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { useTranslation } from 'react-i18next';
import { useShownExercise } from '../data/exercise.ts';
import { useIsLive } from '../data/live.ts';
import { usePage } from '../data/scene.ts';
import { carried, useView } from '../data/view.ts';
import { localeOf } from '../format/numbers.ts';
import { CrashBoundary } from '../parts/crash.tsx';
import { Glyph } from '../parts/glyph.tsx';
import { Skeleton } from '../parts/states.tsx';
import { Help } from './help.tsx';
import { Rail } from './rail.tsx';
import { toggleTheme } from './theme.ts';
import { TopBar } from './top-bar.tsx';

const MapGround = lazy(() => import('../map/map-ground.tsx'));
const SeriesStrip = lazy(() => import('../series/series-strip.tsx'));

export function Shell() {
  const { t, i18n } = useTranslation();
  const page = usePage();
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [isSheetFull, setSheetFull] = useState(false);
  const isLive = useIsLive();
  useShortcuts(() => setHelpOpen(true));
  const panel = useRef<HTMLElement>(null);
  return (
    <I18nProvider locale={localeOf(i18n.language)}>
      <div className="shell" data-page={page} data-sheet={isSheetFull ? 'full' : 'half'}>
        <a className="skip" href="#panel">
          {t('app.skip')}
        </a>
        <ExerciseBanner />
        <TopBar onHelp={() => setHelpOpen(true)} />
        <Rail />
        <div className="ground">
          <CrashBoundary>
            <Suspense fallback={<div className="map" aria-hidden="true" />}>
              <MapGround />
            </Suspense>
          </CrashBoundary>
          <CrashBoundary>
            <Suspense fallback={<section className="series" aria-hidden="true" />}>
              <SeriesStrip />
            </Suspense>
          </CrashBoundary>
        </div>
        <main className="panel" id="panel" ref={panel} tabIndex={-1}>
          <button
            type="button"
            className="sheet-handle"
            aria-expanded={isSheetFull}
            aria-label={isSheetFull ? t('app.less') : t('app.more')}
            onClick={() => setSheetFull(!isSheetFull)}
          >
            <span />
          </button>
          {!isLive && (
            <p className="cut-off" role="status">
              <Glyph name="warn" /> {t('jobs.lost')}
            </p>
          )}
          <Suspense fallback={<Skeleton rows={8} />}>
            <Outlet />
          </Suspense>
        </main>
        <Help isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
      </div>
    </I18nProvider>
  );
}

/** Nobody may take training data for real, nor real data for training: the banner says which of them the page shows. */
function ExerciseBanner() {
  const { t } = useTranslation();
  const state = useShownExercise();
  if (state === 'none') return null;
  return (
    <section className="banner" aria-label={t('app.exercise')}>
      <strong>{t('app.exercise')}</strong>
      <span>{t(state === 'all' ? 'app.exerciseDetail' : 'app.exerciseMixed')}</span>
    </section>
  );
}

const PLACES = { f: '/flights', q: '/queue', s: '/sites', j: '/jobs' } as const;
/** After `g`, the next key must come within this [ms]. */
const CHORD_MS = 1200;

/** Keys that work on every page. Pages add their own. */
function useShortcuts(openHelp: () => void): void {
  const navigate = useNavigate();
  const view = useView();
  const now = useRef({ view, openHelp });
  now.current = { view, openHelp };
  useEffect(() => {
    let goUntil = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (Date.now() < goUntil && event.key in PLACES) {
        goUntil = 0;
        void navigate({ to: PLACES[event.key as keyof typeof PLACES], search: carried(now.current.view) as never });
      } else if (event.key === 'g') goUntil = Date.now() + CHORD_MS;
      else if (event.key === '/') document.querySelector<HTMLInputElement>('.search input')?.focus();
      else if (event.key === '?') now.current.openHelp();
      else if (event.key === 't') toggleTheme();
      else if (event.key === '0') document.getElementById('map-fit')?.click();
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [navigate]);
}

/** Typing is never taken for a shortcut, nor are keys inside a dialog. */
export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('input, textarea, select, [contenteditable], [role=dialog]') !== null
  );
}
