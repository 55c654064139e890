/** The map as the ground of every page: binds the scene to the painter and carries the map's own controls. */
import { regionExtent } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { basemapQuery, type Samples } from '../data/api.ts';
import { hover } from '../data/hover.ts';
import { shownSource, useInquiryOf } from '../data/inquiry.ts';
import { type Scene, useNullResults, useRecording, useSamples, useScene } from '../data/scene.ts';
import { carried, hiddenLayers, parseSpan, useChangeView, useView, type ViewSearch } from '../data/view.ts';
import { formatValue } from '../format/numbers.ts';
import { formatClock } from '../format/times.ts';
import { useTheme } from '../shell/theme.ts';
import { toAreas } from './basemap.ts';
import { CubeOverlay } from './cube-overlay.ts';
import {
  barbFeatures,
  detectionFeatures,
  domainOf,
  EMPTY,
  type Extent,
  joinExtents,
  pathFeatures,
  pinFeatures,
  regionFeatures,
  sampleColumns,
  searchedFeatures,
} from './features.ts';
import { findingFeatures, legFeatures, legMarks, proposalFeatures, trialFeatures } from './inquiry-features.ts';
import { MUNICIPALITY_ZOOM } from './layers.ts';
import { Legend } from './legend.tsx';
import { MapControls } from './map-controls.tsx';
import { MapFailed } from './map-failed.tsx';
import { nearestSample } from './nearest.ts';
import { type Camera, Painter } from './painter.ts';
import { offerPicture } from './picture.ts';
import { CursorReadout, type PointReport } from './readout.tsx';

export default function MapGround() {
  const scene = useScene();
  const samples = useSamples(scene.recordingId).data;
  const { painter, failure, zoom, holder, tip, report } = usePainter(scene, samples);
  const domain = useMemo(() => (samples === undefined ? undefined : domainOf(samples.moleFraction_ppm)), [samples]);
  const { t } = useTranslation();
  useEffect(() => painter?.setLabel(t('map.label')), [painter, t]);
  return (
    <section className="map" aria-label={t('map.ground')}>
      <div className="map-canvas" ref={holder} />
      <div className="map-tip" ref={tip} hidden aria-hidden="true" />
      {failure !== undefined && <MapFailed reason={failure} />}
      {painter !== undefined && (
        <>
          <MapData painter={painter} scene={scene} samples={samples} zoom={zoom} />
          <CubeOverlay painter={painter} scene={scene} />
          <MapControls painter={painter} onFit={() => painter.fit(extentOf(scene) ?? [-118, 14, -86, 33], true)} />
          <Legend scene={scene} domain={domain} hasWind={samples?.windEast_mps !== undefined} />
          <CursorReadout report={report} />
        </>
      )}
    </section>
  );
}

/** Creates the painter once, and passes the mouse on without rendering anything. */
function usePainter(scene: Scene, samples: Samples | undefined) {
  const holder = useRef<HTMLDivElement>(null);
  const tip = useRef<HTMLDivElement>(null);
  const report = useRef<PointReport>(undefined);
  const theme = useTheme();
  const view = useView();
  const changeView = useChangeView();
  const navigate = useNavigate();
  const [painter, setPainter] = useState<Painter>();
  const [failure, setFailure] = useState<string>();
  const [zoom, setZoom] = useState(0);
  // The painter's listeners live as long as the map; they read what is current through this.
  const now = useRef({ scene, samples, view, changeView, navigate });
  now.current = { scene, samples, view, changeView, navigate };

  // biome-ignore lint/correctness/useExhaustiveDependencies: one map for the life of the page; theme has its own effect
  useEffect(() => {
    let made: Painter | undefined;
    const seek = (lat: number, lon: number, x: number, y: number) => {
      report.current?.({ lat, lon });
      const { scene, samples } = now.current;
      if (made === undefined || samples === undefined || scene.recordingId === undefined) return;
      const index = nearestSample(samples, { lat, lon }, made.map.getZoom());
      hover.set(index === undefined ? undefined : { recordingId: scene.recordingId, index, from: 'map' });
      showTip(tip.current, samples, index, x, y);
    };
    try {
      made = new Painter(holder.current!, theme, parseCamera(now.current.view.map), {
        onPoint: seek,
        onLeave: () => {
          report.current?.(undefined);
          hover.set(undefined);
          showTip(tip.current, undefined, undefined, 0, 0);
        },
        onMovedByPerson: (camera) => now.current.changeView({ map: formatCamera(camera) }),
        onZoom: setZoom,
        onSite: (id) => {
          // The region of an estimate is the thing already open.
          if (id.startsWith('est-')) return;
          void now.current.navigate({
            to: '/sites/$siteId',
            params: { siteId: id },
            search: carried(now.current.view) as never,
          });
        },
        onClickPlace: (lat, lon) => report.current?.({ lat, lon }),
        onFailure: (reason) => console.error(`map: ${reason}`),
      });
      setPainter(made);
      const painter = made;
      offerPicture(() => painter.picture());
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
    return () => {
      offerPicture(undefined);
      made?.destroy();
    };
  }, []);

  useEffect(() => painter?.setTheme(theme), [painter, theme]);
  return { painter, failure, zoom, holder, tip, report };
}

/** Draws the scene; renders nothing itself. */
function MapData({
  painter,
  scene,
  samples,
  zoom,
}: {
  painter: Painter;
  scene: Scene;
  samples: Samples | undefined;
  zoom: number;
}) {
  const view = useView();
  const { sites, chosen, file, recordingId, detections } = scene;
  const estimates = file !== undefined && file.site.id === chosen?.id ? file.estimates : undefined;
  const nullResults = useNullResults(recordingId).data;
  const inquiry = useInquiryOf(scene.estimate?.id);
  const shown = scene.page === 'estimate' ? (shownSource(inquiry) ?? scene.estimate) : undefined;

  useEffect(() => painter.setChosen(chosen?.id), [painter, chosen]);
  useEffect(() => {
    const listed = chosen === undefined || sites.includes(chosen) ? sites : [...sites, chosen];
    painter.set('regions', shown === undefined ? regionFeatures(listed) : findingFeatures(shown));
    painter.set('pins', pinFeatures(listed));
  }, [painter, sites, chosen, shown]);
  useEffect(
    () => painter.setPosteriors(shown === undefined ? (estimates ?? []) : [shown]),
    [painter, estimates, shown],
  );
  useEffect(() => painter.set('trials', trialFeatures(inquiry)), [painter, inquiry]);
  useEffect(() => painter.set('legs', legFeatures(inquiry, samples)), [painter, inquiry, samples]);
  useEffect(() => painter.set('leg-marks', legMarks(inquiry, samples)), [painter, inquiry, samples]);
  useEffect(() => painter.set('proposals', proposalFeatures(inquiry)), [painter, inquiry]);
  useEffect(() => painter.set('detections', detectionFeatures(detections)), [painter, detections]);
  useEffect(
    () => painter.set('searched', nullResults === undefined ? EMPTY : searchedFeatures(nullResults, view.rate)),
    [painter, nullResults, view.rate],
  );
  useEffect(() => {
    if (samples === undefined) return painter.clear(['path', 'samples', 'barbs']);
    painter.set('path', pathFeatures(samples));
    painter.setSamples(sampleColumns(samples, domainOf(samples.moleFraction_ppm)));
    painter.set('barbs', barbFeatures(samples));
  }, [painter, samples]);
  useEffect(() => {
    const span = samples === undefined ? undefined : rowsOf(samples, view.span);
    painter.setSpan(span);
    painter.set('chosen-path', span === undefined ? EMPTY : pathFeatures(samples!, span.from, span.to + 1));
  }, [painter, samples, view.span]);
  useEffect(
    () =>
      hover.watch((at) =>
        painter.setCursor(
          at === undefined || samples === undefined || at.recordingId !== recordingId
            ? undefined
            : { lat: samples.lat[at.index]!, lon: samples.lon[at.index]! },
        ),
      ),
    [painter, samples, recordingId],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what changes, not the set made of it
  useEffect(() => painter.setHidden(hiddenLayers(view)), [painter, view.hide]);
  useBasemap(painter, zoom);
  useCamera(painter, scene, view);
  return null;
}

function useBasemap(painter: Painter, zoom: number): void {
  const states = useQuery(basemapQuery('states')).data;
  const isClose = zoom >= MUNICIPALITY_ZOOM - 0.5;
  const municipalities = useQuery({ ...basemapQuery('municipalities'), enabled: isClose }).data;
  useEffect(() => {
    if (states == null) return;
    const { outlines, names } = toAreas(states);
    painter.set('states', outlines);
    painter.set('state-names', names);
  }, [painter, states]);
  useEffect(() => {
    if (municipalities == null) return;
    const { outlines, names } = toAreas(municipalities);
    painter.set('municipalities', outlines);
    painter.set('municipality-names', names);
  }, [painter, municipalities]);
}

/** Moves the map to what a page is about, unless the address or a person has placed it. */
function useCamera(painter: Painter, scene: Scene, view: ViewSearch): void {
  const recording = useRecording(scene.recordingId).data;
  const fitted = useRef<string>(undefined);
  const isSite = scene.page === 'site' || scene.page === 'estimate';
  const isFlight = scene.page === 'flight';
  const nullResults = useNullResults(isFlight ? scene.recordingId : undefined).data;
  const searched = nullResults?.flatMap((result) => result.searched.map(({ region }) => regionExtent(region))) ?? [];
  const extent = isSite ? extentOf(scene) : joinExtents([recording?.extent, sitesExtent(scene), ...searched]);
  const isReady = isSite
    ? (scene.chosen ?? scene.estimate) !== undefined
    : scene.recordingId === undefined || (recording !== undefined && (!isFlight || nullResults !== undefined));
  const subject =
    scene.page === 'site'
      ? `site ${scene.chosen?.id}`
      : scene.page === 'estimate'
        ? `estimate ${scene.estimate?.id}`
        : scene.page === 'flight'
          ? `flight ${scene.recordingId}`
          : 'all';
  useEffect(() => {
    if (extent === undefined || !isReady || fitted.current === subject) return;
    const isFirst = fitted.current === undefined;
    fitted.current = subject;
    const camera = isFirst ? parseCamera(view.map) : undefined;
    if (camera !== undefined) painter.goTo(camera);
    else painter.fit(extent, !isFirst);
  }, [painter, extent, isReady, subject, view.map]);
  // The address may be changed by a search, or by going back: the map follows it.
  useEffect(() => {
    const camera = parseCamera(view.map);
    if (camera !== undefined && fitted.current !== undefined && !painter.isAt(camera)) painter.goTo(camera);
  }, [painter, view.map]);
  const chosenExtent = scene.chosen === undefined ? undefined : regionExtent(scene.chosen.region90);
  const at = view.at;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a step of the keyboard moves the map here
  useEffect(() => {
    if (at !== undefined && chosenExtent !== undefined && !painter.isInView(chosenExtent))
      painter.fit(chosenExtent, true);
  }, [painter, at]);
}

function extentOf(scene: Scene): Extent | undefined {
  if (scene.estimate !== undefined) {
    const met = scene.detections.map(({ peakPosition: { lat, lon } }): Extent => [lon, lat, lon, lat]);
    return joinExtents([regionExtent(scene.estimate.region90), ...met]);
  }
  if (scene.page === 'site' && scene.chosen !== undefined) {
    const met = scene.file?.detections.map(({ peakPosition: { lat, lon } }): Extent => [lon, lat, lon, lat]) ?? [];
    return joinExtents([regionExtent(scene.chosen.region90), ...met]);
  }
  return sitesExtent(scene);
}

function sitesExtent({ sites }: Scene): Extent | undefined {
  return joinExtents(sites.map(({ region90 }) => regionExtent(region90)));
}

/** First and last sample in the address's span; undefined when it holds none. */
function rowsOf(samples: Samples, text: string | undefined): { from: number; to: number } | undefined {
  const span = parseSpan(text);
  if (span === undefined) return undefined;
  const from = samples.time_s.findIndex((time) => time >= span.from_s);
  const to = samples.time_s.findLastIndex((time) => time <= span.to_s);
  return from === -1 || to < from ? undefined : { from, to };
}

function parseCamera(text: string | undefined): Camera | undefined {
  const [zoom, lat, lon] = (text ?? '').split('/').map(Number);
  const isWhole = zoom !== undefined && lat !== undefined && lon !== undefined && text !== undefined;
  return isWhole && [zoom, lat, lon].every(Number.isFinite) && Math.abs(lat) <= 85 ? { zoom, lat, lon } : undefined;
}

function formatCamera({ zoom, lat, lon }: Camera): string {
  return `${zoom.toFixed(2)}/${lat.toFixed(4)}/${lon.toFixed(4)}`;
}

function showTip(
  tip: HTMLElement | null,
  samples: Samples | undefined,
  index: number | undefined,
  x: number,
  y: number,
) {
  if (tip === null) return;
  tip.hidden = index === undefined || samples === undefined;
  if (index === undefined || samples === undefined) return;
  const language = document.documentElement.lang;
  const value = samples.moleFraction_ppm[index];
  tip.textContent = `${formatClock(samples.time_s[index]!, language)} UTC · ${value == null ? '–' : formatValue(value, language, 4)} ppm`;
  tip.style.transform = `translate(${Math.round(x + 14)}px, ${Math.round(y + 14)}px)`;
}
