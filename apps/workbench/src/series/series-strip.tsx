/** The bottom strip: the flight's samples in time, linked to the map both ways. */
import type { Detection } from '@plumeline/core';
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type uPlot from 'uplot';
import type { Samples } from '../data/api.ts';
import { hover } from '../data/hover.ts';
import { useRecording, useSamples, useScene } from '../data/scene.ts';
import { formatSpanParameter, parseSpan, type Span, useChangeView, useView } from '../data/view.ts';
import { formatCount, formatValue } from '../format/numbers.ts';
import { formatClock } from '../format/times.ts';
import { Glyph } from '../parts/glyph.tsx';
import { Skeleton } from '../parts/states.tsx';
import { useSubstanceName } from '../parts/words.ts';
import { useTheme } from '../shell/theme.ts';
import { createSeriesPlot, type SeriesColumns, type SeriesInk, showCursor, showSpan } from './series-plot.ts';

export default function SeriesStrip() {
  const { t, i18n } = useTranslation();
  const scene = useScene();
  const view = useView();
  const changeView = useChangeView();
  const substanceName = useSubstanceName();
  const recording = useRecording(scene.recordingId).data;
  const samples = useSamples(scene.recordingId);
  const isEmpty = scene.recordingId === undefined;
  const isFolded = isEmpty || view.series === 'off';
  const rivals = scene.chosen?.recordingIds ?? [];
  const shown = usableRows(samples.data, view.instrument);
  return (
    <section className={isFolded ? 'series folded' : 'series'} aria-label={t('series.title')}>
      <header className="series-head">
        <h2>{recording === undefined ? t('series.title') : substanceName(recording.substance)}</h2>
        {rivals.length > 1 && scene.page !== 'flight' ? (
          <Choice
            label={t('series.flight')}
            value={scene.recordingId ?? ''}
            options={(scene.file?.recordings ?? []).map(({ id, name }) => ({ id, name }))}
            onChange={(rec) => changeView({ rec, span: undefined })}
          />
        ) : (
          <span className="series-name">{recording?.name}</span>
        )}
        {shown?.instruments !== undefined && (
          <Choice
            label={t('series.instrument')}
            value={String(shown.instrument)}
            options={shown.instruments.map(({ name }, index) => ({ id: String(index), name }))}
            onChange={(instrument) => changeView({ instrument })}
          />
        )}
        {isEmpty ? <span className="faint">{t('series.empty')}</span> : <Keys />}
        <span className="series-tools">
          {samples.data?.total !== undefined && samples.data.total > samples.data.time_s.length && (
            <span className="faint">
              {t('series.thinned', {
                step: formatCount(Math.ceil(samples.data.total / samples.data.time_s.length), i18n.language),
              })}
            </span>
          )}
          {view.span !== undefined && (
            <button type="button" className="button small" onClick={() => changeView({ span: undefined })}>
              {t('series.reset')}
            </button>
          )}
          {!isEmpty && (
            <button
              type="button"
              className="icon-button"
              aria-expanded={!isFolded}
              aria-label={isFolded ? t('series.show') : t('series.hide')}
              onClick={() => changeView({ series: isFolded ? undefined : 'off' })}
            >
              <Glyph name={isFolded ? 'up' : 'down'} />
            </button>
          )}
        </span>
      </header>
      {!isFolded &&
        scene.recordingId !== undefined &&
        (shown === undefined ? (
          <Skeleton rows={3} />
        ) : (
          <Chart
            key={`${scene.recordingId} ${shown.instrument}`}
            recordingId={scene.recordingId}
            shown={shown}
            detections={scene.detections}
          />
        ))}
    </section>
  );
}

interface ShownRows {
  readonly columns: SeriesColumns;
  /** Index into the fetched samples of each drawn one; absent when they are the same. */
  readonly rows?: readonly number[];
  readonly instrument?: number;
  readonly instruments?: readonly { readonly name: string }[];
}

/** All samples of a flight, or those of one fixed instrument. */
function usableRows(samples: Samples | undefined, wanted: string | undefined): ShownRows | undefined {
  if (samples === undefined) return undefined;
  const nothing = samples.time_s.map(() => null);
  const whole = {
    time_s: samples.time_s,
    measured: samples.moleFraction_ppm,
    background: samples.background_ppm ?? nothing,
    model: samples.fitted_ppm ?? nothing,
  };
  if (samples.instrument === undefined || samples.instruments === undefined) return { columns: whole };
  const chosen = Number(wanted ?? samples.instrument[0] ?? 0);
  const rows = samples.instrument.flatMap((instrument, row) => (instrument === chosen ? [row] : []));
  const pick = <T,>(column: readonly T[]) => rows.map((row) => column[row]!);
  return {
    columns: {
      time_s: pick(whole.time_s),
      measured: pick(whole.measured),
      background: pick(whole.background),
      model: pick(whole.model),
    },
    rows,
    instrument: chosen,
    instruments: samples.instruments,
  };
}

function Chart(props: { recordingId: string; shown: ShownRows; detections: readonly Detection[] }) {
  const { recordingId, shown, detections } = props;
  const { t, i18n } = useTranslation();
  const view = useView();
  const changeView = useChangeView();
  const theme = useTheme();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const act = useRef(changeView);
  act.current = changeView;
  const span = useMemo(() => parseSpan(view.span), [view.span]);
  const lastSpan = useRef<Span>(undefined);
  lastSpan.current = span;
  const [cursor, setCursor] = useState<number>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme changes the ink that CSS holds
  useEffect(() => {
    const element = holder.current!;
    const rowOf = (index: number) => shown.rows?.[index] ?? index;
    const made = createSeriesPlot(element, {
      columns: shown.columns,
      detections,
      ink: inkOf(element),
      language: i18n.language,
      span: lastSpan.current,
      size: sizeOf(element),
      onCursor: (index) =>
        hover.set(index === undefined ? undefined : { recordingId, index: rowOf(index), from: 'series' }),
      onSpan: (next) => act.current({ span: formatSpanParameter(next) }),
    });
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize(sizeOf(element)));
    observer.observe(element);
    const stop = hover.watch((at) => {
      const isOurs = at !== undefined && at.recordingId === recordingId;
      const index = !isOurs ? undefined : shown.rows === undefined ? at.index : shown.rows.indexOf(at.index);
      if (at?.from !== 'series') showCursor(made, index === -1 ? undefined : index);
    });
    return () => {
      stop();
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [recordingId, shown.instrument, shown.columns.time_s, detections, theme, i18n.language]);

  useEffect(() => {
    if (plot.current !== undefined) showSpan(plot.current, span);
  }, [span]);

  const { time_s, measured } = shown.columns;
  const last = time_s.length - 1;
  const walkTo = (index: number) => {
    setCursor(index);
    hover.set({ recordingId, index: shown.rows?.[index] ?? index, from: 'list' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = cursor ?? 0;
    const step = event.shiftKey ? 10 : 1;
    if (event.key === 'ArrowRight') walkTo(Math.min(last, at + step));
    else if (event.key === 'ArrowLeft') walkTo(Math.max(0, at - step));
    else if (event.key === 'Home') walkTo(0);
    else if (event.key === 'End') walkTo(last);
    else if (event.key === '[')
      changeView({ span: formatSpanParameter({ from_s: time_s[at]!, to_s: span?.to_s ?? time_s[last]! }) });
    else if (event.key === ']')
      changeView({ span: formatSpanParameter({ from_s: span?.from_s ?? time_s[0]!, to_s: time_s[at]! }) });
    else if (event.key === 'Escape') changeView({ span: undefined });
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const value = measured[cursor ?? 0];
  return (
    <div
      className="series-plot"
      ref={holder}
      role="slider"
      tabIndex={0}
      aria-label={t('series.slider')}
      aria-description={t('series.help')}
      aria-valuemin={0}
      aria-valuemax={last}
      aria-valuenow={cursor ?? 0}
      aria-valuetext={t('series.sampleText', {
        time: formatClock(time_s[cursor ?? 0] ?? 0, i18n.language),
        value: value == null ? '–' : formatValue(value, i18n.language, 4),
      })}
      onKeyDown={onKeyDown}
    />
  );
}

function Keys() {
  const { t } = useTranslation();
  return (
    <ul className="series-keys">
      <li>
        <span className="line measured" /> {t('series.measured')}, {t('series.ppm')}
      </li>
      <li>
        <span className="line background" /> {t('series.background')}
      </li>
      <li>
        <span className="line model" /> {t('series.model')}
      </li>
      <li>
        <span className="band" /> {t('series.detections')}
      </li>
    </ul>
  );
}

function Choice(props: {
  label: string;
  value: string;
  options: readonly { id: string; name: string }[];
  onChange: (id: string) => void;
}) {
  return (
    <label className="choice">
      <span className="hidden-text">{props.label}</span>
      <select value={props.value} onChange={(event) => props.onChange(event.target.value)}>
        {props.options.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
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
  };
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: Math.max(60, element.clientHeight) };
}
