/** The one MapLibre map of the page, behind the few things that the workbench asks of it. */
import {
  type CanvasSource,
  type GeoJSONSource,
  type LngLatBoundsLike,
  Map as MapLibre,
  Marker,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { PosteriorGrid, SourceEstimate } from '@plumeline/core';
import type { LayerName } from '../data/view.ts';
import type { Theme } from '../shell/theme.ts';
import { MAP_INK } from './colours.ts';
import { type Collection, EMPTY, type Extent, posteriorPicture } from './features.ts';
import { graticule } from './graticule.ts';
import { drawBarb, drawBob, drawDetection, drawHatch, ICON_PIXEL_RATIO, MOST_KNOTS } from './icons.ts';
import { ABOVE_POSTERIOR, baseStyle, LAYERS_OF, layersFor, type SourceName } from './layers.ts';
import type { SampleColumns } from './sample-text.ts';
import type { SampleAnswer, SampleTask } from './sample-worker.ts';

setWorkerUrl(workerUrl);

export interface Camera {
  readonly zoom: number;
  readonly lat: number;
  readonly lon: number;
}

export interface PainterEvents {
  onPoint(lat: number, lon: number, x: number, y: number): void;
  onLeave(): void;
  onMovedByPerson(camera: Camera): void;
  onZoom(zoom: number): void;
  onSite(id: string): void;
  onClickPlace(lat: number, lon: number): void;
  onFailure(reason: string): void;
}

export type Painter = ReturnType<typeof createPainter>;

const WHOLE_MEXICO: Extent = [-118, 14, -86, 33];
const MOST_FIT_ZOOM = 14;
/** The legend covers the map's left side where there is room for it. */
const LEGEND_PX = 262;
const ROOMY_PX = 760;
const FINE_BORDERS_ZOOM = 6;

/** Starts the map. Everything given before the style stands is kept and drawn then. */
export function createPainter(container: HTMLElement, theme: Theme, start: Camera | undefined, events: PainterEvents) {
  const map = new MapLibre({
    container,
    style: baseStyle(theme),
    attributionControl: false,
    ...(start === undefined
      ? { bounds: WHOLE_MEXICO as unknown as LngLatBoundsLike, fitBoundsOptions: { padding: 24 } }
      : { center: [start.lon, start.lat] as [number, number], zoom: start.zoom }),
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    fadeDuration: prefersStill() ? 0 : 120,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 120 }), 'bottom-left');
  addIcons(map);
  const ready = new Promise<void>((resolve) => map.once('style.load', () => resolve()));
  const whenReady = (act: () => void) => void ready.then(() => !isGone && act());
  let isGone = false;
  let chosen: string | undefined;
  let current = theme;
  let posteriors: { id: string; grid: PosteriorGrid }[] = [];
  let hidden: ReadonlySet<LayerName> = new Set();
  let sampleTask = 0;
  let sampleAddress = '';
  const sampleWorker = new Worker(new URL('./sample-worker.ts', import.meta.url), { type: 'module' });
  sampleWorker.onmessage = ({ data: { id, text } }: MessageEvent<SampleAnswer>) => {
    if (id !== sampleTask) return;
    URL.revokeObjectURL(sampleAddress);
    sampleAddress = URL.createObjectURL(text);
    whenReady(() => (map.getSource('samples') as GeoJSONSource).setData(sampleAddress));
  };

  listen(map, events);
  const drawGrid = () => {
    const bounds = map.getBounds();
    const { lines, names } = graticule({
      extent: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
      width_px: container.clientWidth,
      at: (x, y) => map.unproject([x, y]).toArray(),
    });
    (map.getSource('grid') as GeoJSONSource).setData(lines);
    (map.getSource('grid-names') as GeoJSONSource).setData(names);
  };
  map.on('moveend', () => whenReady(drawGrid));
  map.on('resize', () => whenReady(drawGrid));
  whenReady(drawGrid);
  // Says when the picture is complete; tests and printing wait for it.
  map.on('dataloading', () => delete container.dataset.isIdle);
  map.on('movestart', () => delete container.dataset.isIdle);
  map.on('idle', () => {
    container.dataset.isIdle = 'true';
  });
  map.on('error', (event) => events.onFailure(event.error?.message ?? 'unknown'));
  // Coarse borders first for a quick first picture, finer ones once that stands.
  let scale = '110m';
  let hasStates = false;
  const refine = () => {
    // Where states are drawn, theirs is the finer coast.
    const wanted = map.getZoom() > FINE_BORDERS_ZOOM && !hasStates ? '10m' : '50m';
    if (wanted === scale || scale === '10m') return;
    scale = wanted;
    (map.getSource('countries') as GeoJSONSource).setData(`/basemap/countries-${scale}.json`);
  };
  map.once('idle', () => {
    refine();
    map.on('zoomend', refine);
  });

  const paintIn = (theme: Theme) => {
    for (const layer of layersFor(theme, chosen)) {
      for (const [name, value] of Object.entries(layer.paint ?? {}))
        map.setPaintProperty(layer.id, name as never, value as never);
    }
  };

  const repaint = () => {
    paintIn(current);
    for (const layer of layersFor(current, chosen)) {
      if (layer.type !== 'symbol') continue;
      for (const name of ['icon-image', 'symbol-sort-key'] as const) {
        const value = layer.layout?.[name];
        if (value !== undefined) map.setLayoutProperty(layer.id, name, value);
      }
    }
  };

  const paintPosteriors = () => {
    for (const { id } of map.getStyle().layers) if (id.startsWith('posterior-')) map.removeLayer(id);
    for (const id of Object.keys(map.getStyle().sources)) if (id.startsWith('posterior-')) map.removeSource(id);
    for (const { id, grid } of posteriors)
      addPosterior(map, `posterior-${id}`, grid, current, !hidden.has('posterior'));
  };

  const marker = new Marker({ element: cursorElement() });
  let isMarkerShown = false;

  return {
    map,
    ready,
    set(name: SourceName, data: Collection) {
      if (name === 'states') hasStates = true;
      whenReady(() => (map.getSource(name) as GeoJSONSource).setData(data));
    },
    setSamples(columns: SampleColumns) {
      sampleTask += 1;
      delete container.dataset.isIdle;
      const task: SampleTask = { id: sampleTask, columns };
      sampleWorker.postMessage(task, [columns.lon.buffer, columns.lat.buffer, columns.c.buffer] as Transferable[]);
    },
    /** What a screen reader calls the map. */
    setLabel(text: string) {
      map.getCanvas().setAttribute('aria-label', text);
    },
    setTheme(next: Theme) {
      if (next === current) return;
      current = next;
      whenReady(() => {
        repaint();
        paintPosteriors();
      });
    },
    setChosen(id: string | undefined) {
      if (id === chosen) return;
      chosen = id;
      whenReady(repaint);
    },
    setPosteriors(estimates: readonly SourceEstimate[]) {
      posteriors = estimates.map(({ id, posterior }) => ({ id, grid: posterior }));
      whenReady(paintPosteriors);
    },
    setHidden(next: ReadonlySet<LayerName>) {
      hidden = next;
      whenReady(() => {
        for (const [name, ids] of Object.entries(LAYERS_OF)) {
          const visibility = next.has(name as LayerName) ? 'none' : 'visible';
          for (const id of ids) map.setLayoutProperty(id, 'visibility', visibility);
        }
        const shade = next.has('posterior') ? 'none' : 'visible';
        for (const { id } of posteriors) {
          if (map.getLayer(`posterior-${id}`)) map.setLayoutProperty(`posterior-${id}`, 'visibility', shade);
        }
      });
    },
    /** Dims all samples but the chosen span's. */
    setSpan(span: { from: number; to: number } | undefined) {
      whenReady(() =>
        map.setPaintProperty(
          'samples',
          'circle-opacity',
          span === undefined
            ? 1
            : ['case', ['all', ['>=', ['get', 'i'], span.from], ['<=', ['get', 'i'], span.to]], 1, 0.25],
        ),
      );
    },
    setCursor(at: { lat: number; lon: number } | undefined) {
      if (at === undefined) {
        if (isMarkerShown) marker.remove();
        isMarkerShown = false;
        return;
      }
      marker.setLngLat([at.lon, at.lat]);
      if (!isMarkerShown) marker.addTo(map);
      isMarkerShown = true;
    },
    fit(extent: Extent, isAnimated: boolean) {
      map.fitBounds(widened(extent) as unknown as LngLatBoundsLike, {
        maxZoom: MOST_FIT_ZOOM,
        padding: paddingFor(container),
        animate: isAnimated && !prefersStill(),
        duration: 500,
      });
    },
    goTo(camera: Camera) {
      map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom });
    },
    /** True when the map already shows this, within what the address rounds away. */
    isAt({ zoom, lat, lon }: Camera) {
      const centre = map.getCenter();
      const slack = 360 / 2 ** zoom / 100;
      return (
        Math.abs(map.getZoom() - zoom) < 0.02 &&
        Math.abs(centre.lat - lat) < slack &&
        Math.abs(centre.lng - lon) < slack
      );
    },
    zoomBy(step: number) {
      map.easeTo({ zoom: map.getZoom() + step, duration: prefersStill() ? 0 : 200 });
    },
    isInView([west, south, east, north]: Extent) {
      const view = map.getBounds();
      return view.contains([west, south]) && view.contains([east, north]);
    },
    project(lon: number, lat: number) {
      return map.project([lon, lat]);
    },
    clear(names: readonly SourceName[]) {
      // An answer still under way is for samples that are gone.
      if (names.includes('samples')) sampleTask += 1;
      whenReady(() => {
        for (const name of names) (map.getSource(name) as GeoJSONSource).setData(EMPTY);
      });
    },
    /** The picture as it stands, for paper: in the light theme, as far as paint alone can change it at once. */
    picture(): HTMLCanvasElement {
      paintIn('light');
      map.redraw();
      const glass = map.getCanvas();
      const copy = document.createElement('canvas');
      copy.width = glass.width;
      copy.height = glass.height;
      copy.getContext('2d')!.drawImage(glass, 0, 0);
      paintIn(current);
      return copy;
    },
    destroy() {
      isGone = true;
      sampleWorker.terminate();
      URL.revokeObjectURL(sampleAddress);
      map.remove();
    },
  };
}

function listen(map: MapLibre, events: PainterEvents): void {
  map.on('mousemove', ({ lngLat, point }) => events.onPoint(lngLat.lat, lngLat.lng, point.x, point.y));
  map.on('mouseout', () => events.onLeave());
  map.on('zoom', () => events.onZoom(map.getZoom()));
  map.once('load', () => events.onZoom(map.getZoom()));
  map.on('moveend', (event) => {
    if (event.originalEvent === undefined) return;
    const { lat, lng } = map.getCenter();
    events.onMovedByPerson({ zoom: map.getZoom(), lat, lon: lng });
  });
  map.on('click', ({ point, lngLat }) => {
    const box: [[number, number], [number, number]] = [
      [point.x - 4, point.y - 4],
      [point.x + 4, point.y + 4],
    ];
    const layers = ['pins', 'region50-fill', 'region90-fill'];
    const hit = map.queryRenderedFeatures(box, { layers })[0];
    if (hit !== undefined) events.onSite(String(hit.properties.id));
    else events.onClickPlace(lngLat.lat, lngLat.lng);
  });
  for (const layer of ['pins', 'region90-fill']) {
    map.on('mouseenter', layer, () => {
      map.getCanvas().style.cursor = 'pointer';
    });
    map.on('mouseleave', layer, () => {
      map.getCanvas().style.cursor = '';
    });
  }
}

function addIcons(map: MapLibre): void {
  const options = { pixelRatio: ICON_PIXEL_RATIO };
  for (const theme of ['dark', 'light'] as const) {
    const ink = MAP_INK[theme];
    for (let knots = 0; knots <= MOST_KNOTS; knots += 5) {
      map.addImage(`barb-${knots}-${theme}`, drawBarb(knots, ink.ink, ink.halo), options);
    }
    map.addImage(`bob-${theme}`, drawBob(ink.ink, ink.halo), options);
    map.addImage(`bob-chosen-${theme}`, drawBob(ink.finding, ink.halo), options);
    map.addImage(`detection-${theme}`, drawDetection(ink.ink, ink.halo), options);
    map.addImage(`hatch-${theme}`, drawHatch(ink.searched), options);
  }
}

function addPosterior(map: MapLibre, id: string, grid: PosteriorGrid, theme: Theme, isVisible: boolean): void {
  const { origin, corner } = grid;
  map.addSource(id, {
    type: 'canvas',
    canvas: posteriorPicture(grid, MAP_INK[theme].findingRgb) as never,
    animate: false,
    coordinates: [
      [origin.lon, corner.lat],
      [corner.lon, corner.lat],
      [corner.lon, origin.lat],
      [origin.lon, origin.lat],
    ],
  });
  map.addLayer(
    {
      id,
      type: 'raster',
      source: id,
      layout: { visibility: isVisible ? 'visible' : 'none' },
      paint: { 'raster-resampling': 'linear', 'raster-fade-duration': 0 },
    },
    ABOVE_POSTERIOR,
  );
  (map.getSource(id) as CanvasSource).play();
  (map.getSource(id) as CanvasSource).pause();
}

function cursorElement(): HTMLElement {
  const element = document.createElement('div');
  element.className = 'sample-cursor';
  return element;
}

/** A region of a few metres would zoom to nothing around it: at least about 2 km a side. */
function widened([west, south, east, north]: Extent): [number, number, number, number] {
  const least = 0.01;
  const x = Math.max(0, least - (east - west)) / 2;
  const y = Math.max(0, least - (north - south)) / 2;
  return [west - x, south - y, east + x, north + y];
}

function paddingFor({ clientWidth, clientHeight }: HTMLElement) {
  const edge = Math.min(56, clientHeight / 6);
  const left = clientWidth > ROOMY_PX ? LEGEND_PX : edge;
  return { top: edge, bottom: edge, right: edge, left };
}

function prefersStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
