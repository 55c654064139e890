/** The chart itself: draws, passes the cursor and the brush on, and is walked by keyboard like a slider. */
import type { Detection } from '@plumeline/core';
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type uPlot from 'uplot';
import { hover } from '../data/hover.ts';
import { formatSpanParameter, parseSpan, type Span, useChangeView, useView } from '../data/view.ts';
import { formatValue } from '../format/numbers.ts';
import { formatClock } from '../format/times.ts';
import { useTheme } from '../shell/theme.ts';
import { createSeriesPlot, type ExpectedCrossing, type SeriesInk, showCursor, showSpan } from './series-plot.ts';
import type { ShownRows } from './shown-rows.ts';

interface ChartProps {
  readonly recordingId: string;
  readonly shown: ShownRows;
  readonly detections: readonly Detection[];
  readonly crossings: readonly ExpectedCrossing[];
}

export function SeriesChart(props: ChartProps) {
  const { t, i18n } = useTranslation();
  const view = useView();
  const span = useMemo(() => parseSpan(view.span), [view.span]);
  const holder = useRef<HTMLDivElement>(null);
  usePlot(holder, props, span);
  const { at, onKeyDown } = useWalk(props, span);
  const { time_s, measured } = props.shown.columns;
  const value = measured[at];
  return (
    <div
      className="series-plot"
      ref={holder}
      role="slider"
      tabIndex={0}
      aria-label={t('series.slider')}
      aria-description={t('series.help')}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, time_s.length - 1)}
      aria-valuenow={at}
      aria-valuetext={t('series.sampleText', {
        time: formatClock(time_s[at] ?? 0, i18n.language),
        value: value == null ? '–' : formatValue(value, i18n.language, 4),
      })}
      onKeyDown={onKeyDown}
    />
  );
}

/** Keeps one uPlot chart in the holder, linked with the shared hover and the address. */
function usePlot(holder: RefObject<HTMLDivElement | null>, props: ChartProps, span: Span | undefined): void {
  const { recordingId, shown, detections, crossings } = props;
  const { i18n } = useTranslation();
  const theme = useTheme();
  const plot = useRef<uPlot>(undefined);
  const changeView = useChangeView();
  const now = useRef({ changeView, span });
  now.current = { changeView, span };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the ink that CSS holds
  useEffect(() => {
    const element = holder.current!;
    const made = createSeriesPlot(element, {
      columns: shown.columns,
      detections,
      crossings,
      ink: inkOf(element),
      language: i18n.language,
      span: now.current.span,
      size: sizeOf(element),
      onCursor: (index) =>
        hover.set(
          index === undefined ? undefined : { recordingId, index: shown.rows?.[index] ?? index, from: 'series' },
        ),
      onSpan: (next) => now.current.changeView({ span: formatSpanParameter(next) }),
    });
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    const stop = hover.watch((at) => {
      if (at?.from === 'series') return;
      const isOurs = at !== undefined && at.recordingId === recordingId;
      const index = !isOurs ? -1 : shown.rows === undefined ? at.index : shown.rows.indexOf(at.index);
      showCursor(made, index === -1 ? undefined : index);
    });
    return () => {
      stop();
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [recordingId, shown, detections, crossings, theme, i18n.language]);

  useEffect(() => {
    if (plot.current !== undefined) showSpan(plot.current, span);
  }, [span]);
}

const LONG_STEP = 10;

/** Arrow keys walk the samples; brackets set the ends of the span at the one reached. */
function useWalk({ recordingId, shown }: ChartProps, span: Span | undefined) {
  const changeView = useChangeView();
  const [at, setAt] = useState(0);
  const { time_s } = shown.columns;
  const last = time_s.length - 1;
  const walkTo = (index: number) => {
    setAt(index);
    hover.set({ recordingId, index: shown.rows?.[index] ?? index, from: 'list' });
  };
  const chooseSpan = (next: Span) => changeView({ span: formatSpanParameter(next) });
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.shiftKey ? LONG_STEP : 1;
    if (event.key === 'ArrowRight') walkTo(Math.min(last, at + step));
    else if (event.key === 'ArrowLeft') walkTo(Math.max(0, at - step));
    else if (event.key === 'Home') walkTo(0);
    else if (event.key === 'End') walkTo(last);
    else if (event.key === '[') chooseSpan({ from_s: time_s[at]!, to_s: span?.to_s ?? time_s[last]! });
    else if (event.key === ']') chooseSpan({ from_s: span?.from_s ?? time_s[0]!, to_s: time_s[at]! });
    else if (event.key === 'Escape') changeView({ span: undefined });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return { at, onKeyDown };
}

function inkOf(element: HTMLElement): SeriesInk {
  const style = getComputedStyle(element);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return {
    ink: token('--ink-2'),
    muted: token('--ink-3'),
    grid: token('--line-soft'),
    finding: token('--accent'),
    shade: token('--accent-shade'),
    legFor: token('--leg-for'),
    legAgainst: token('--leg-against'),
    legQuiet: token('--leg-quiet'),
  };
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: Math.max(60, element.clientHeight) };
}
