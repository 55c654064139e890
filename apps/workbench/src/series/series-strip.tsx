import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Samples } from '../data/api.ts';
import { type Inquiry, useInquiryOf } from '../data/inquiry.ts';
import { type Scene, useRecording, useSamples, useScene } from '../data/scene.ts';
import { useChangeView, useView } from '../data/view.ts';
import { formatCount } from '../format/numbers.ts';
import { passesOf } from '../map/inquiry-features.ts';
import { Glyph } from '../parts/glyph.tsx';
import { Skeleton } from '../parts/states.tsx';
import { legSays, useSubstanceName } from '../parts/words.ts';
import { SeriesChart } from './series-chart.tsx';
import type { ExpectedCrossing } from './series-plot.ts';
import { type ShownRows, usableRows } from './shown-rows.ts';

/** The bottom strip: the flight's samples in time, linked to the map both ways. */
export default function SeriesStrip() {
  const { t } = useTranslation();
  const scene = useScene();
  const view = useView();
  const samples = useSamples(scene.recordingId).data;
  const inquiry = useInquiryOf(scene.estimate?.id);
  const fit = inquiry?.answer?.fit;
  const shown = useMemo(
    () => usableRows(samples === undefined || fit === undefined ? samples : { ...samples, ...fit }, view.instrument),
    [samples, fit, view.instrument],
  );
  const instrument = shown?.instruments?.[shown.instrument ?? 0]?.name;
  const detections = useMemo(
    () => scene.detections.filter((detection) => instrument === undefined || detection.instrument === instrument),
    [scene.detections, instrument],
  );
  const crossings = useCrossings(inquiry);
  const isCube = useRecording(scene.recordingId).data?.imaging !== undefined;
  const isFolded = scene.recordingId === undefined || isCube || view.series === 'off';
  return (
    <section className={isFolded ? 'series folded' : 'series'} aria-label={t('series.title')}>
      <SeriesHead
        scene={scene}
        samples={samples}
        shown={shown}
        isFolded={isFolded}
        hasCrossings={crossings.length > 0}
      />
      {!isFolded && shown === undefined && <Skeleton rows={3} />}
      {!isFolded && shown !== undefined && scene.recordingId !== undefined && (
        <SeriesChart
          key={`${scene.recordingId} ${shown.instrument}`}
          recordingId={scene.recordingId}
          shown={shown}
          detections={detections}
          crossings={crossings}
        />
      )}
    </section>
  );
}

interface HeadProps {
  readonly scene: Scene;
  readonly samples: Samples | undefined;
  readonly shown: ShownRows | undefined;
  readonly isFolded: boolean;
  readonly hasCrossings: boolean;
}

function SeriesHead({ scene, samples, shown, isFolded, hasCrossings }: HeadProps) {
  const { t } = useTranslation();
  const changeView = useChangeView();
  const substanceName = useSubstanceName();
  const recording = useRecording(scene.recordingId).data;
  const rivals = scene.page === 'flight' ? [] : (scene.file?.recordings ?? []);
  return (
    <header className="series-head">
      <h2>{recording === undefined ? t('series.title') : substanceName(recording.substance)}</h2>
      {rivals.length > 1 ? (
        <Choice
          label={t('series.flight')}
          value={scene.recordingId ?? ''}
          options={rivals}
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
      {scene.recordingId === undefined ? (
        <span className="faint">{t('series.empty')}</span>
      ) : (
        <Keys hasCrossings={hasCrossings} />
      )}
      <SeriesTools
        samples={samples}
        isFolded={isFolded}
        isEmpty={scene.recordingId === undefined || recording?.imaging !== undefined}
      />
    </header>
  );
}

function SeriesTools(props: { samples: Samples | undefined; isFolded: boolean; isEmpty: boolean }) {
  const { samples, isFolded, isEmpty } = props;
  const { t, i18n } = useTranslation();
  const view = useView();
  const changeView = useChangeView();
  const thinning = samples?.total === undefined ? 1 : samples.total / samples.time_s.length;
  return (
    <span className="series-tools">
      {thinning > 1 && (
        <span className="faint">{t('series.thinned', { step: formatCount(Math.ceil(thinning), i18n.language) })}</span>
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
  );
}

const NO_CROSSINGS: readonly ExpectedCrossing[] = [];

/** Made anew only when the legs' words or the choice of legs change, not with every move of the pointer. */
function useCrossings(inquiry: Inquiry | undefined): readonly ExpectedCrossing[] {
  const { estimate, answer, aside } = inquiry ?? {};
  // biome-ignore lint/correctness/useExhaustiveDependencies: the rest of the inquiry does not matter here
  return useMemo(() => {
    if (inquiry === undefined) return NO_CROSSINGS;
    return passesOf(inquiry).map(({ index, startAt, endAt, lnFor, expected }) => ({
      from_s: Date.parse(startAt) / 1000,
      to_s: Date.parse(endAt) / 1000,
      at_s: expected === undefined ? 0 : Date.parse(expected.at) / 1000,
      width_s: expected?.width_s ?? 0,
      isExpected: expected !== undefined,
      says: aside?.has(index) ? ('aside' as const) : legSays(lnFor),
    }));
  }, [estimate, answer, aside]);
}

function Keys({ hasCrossings }: { hasCrossings: boolean }) {
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
      {hasCrossings && (
        <li>
          <span className="key-crossing" /> {t('estimate.markExpected')}
        </li>
      )}
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
