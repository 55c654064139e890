/** The one MapLibre map of the page, behind the few things that the workbench asks of it. */
import {
  type CanvasSource,
  type ExpressionSpecification,
  type GeoJSONSource,
  type LngLatBoundsLike,
  Map as MapLibre,
  Marker,
  ScaleControl,
  setWorkerUrl,
} from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import type { Position, PosteriorGrid, SourceEstimate } from '@plumeline/core';
import type { LayerName } from '../data/view.ts';
import type { Theme } from '../shell/theme.ts';
import { refineBorders } from './borders.ts';
import { MAP_INK } from './colours.ts';
import { type Collection, EMPTY, type Extent, posteriorPicture } from './features.ts';
import { graticule } from './graticule.ts';
import { addIcons } from './icons.ts';
import { ABOVE_POSTERIOR, baseStyle, LAYERS_OF, layersFor, type SourceName } from './layers.ts';
import type { SampleColumns } from './sample-text.ts';
import { SampleWriter } from './sample-writer.ts';

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

const WHOLE_MEXICO: Extent = [-118, 14, -86, 33];
const MOST_FIT_ZOOM = 17;
/** The legend covers the map's left side where there is room for it. */
const LEGEND_PX = 262;
const ROOMY_PX = 760;

/** The map and what it shows. Everything given before the style stands is kept and drawn then. */
export class Painter {
  readonly map: MapLibre;
  readonly #container: HTMLElement;
  readonly #samples: SampleWriter;
  readonly #ready: Promise<void>;
  #isGone = false;
  #theme: Theme;
  #chosen: string | undefined;
  #posteriors: { id: string; grid: PosteriorGrid }[] = [];
  #hidden: ReadonlySet<LayerName> = new Set();
  #cursor = new Marker({ element: cursorElement() });
  #isCursorShown = false;
  #hasStates = false;

  constructor(container: HTMLElement, theme: Theme, start: Camera | undefined, events: PainterEvents) {
    this.#container = container;
    this.#theme = theme;
    this.map = createMap(container, theme, start);
    this.#ready = new Promise((resolve) => this.map.once('style.load', () => resolve()));
    this.#samples = new SampleWriter((address) => this.#whenReady(() => this.#source('samples').setData(address)));
    addIcons(this.map);
    listen(this.map, events);
    tellWhenIdle(this.map, container);
    refineBorders(this.map, () => this.#hasStates);
    const drawGrid = () => this.#whenReady(() => this.#drawGrid());
    this.map.on('moveend', drawGrid);
    this.map.on('resize', drawGrid);
    drawGrid();
  }

  set(name: SourceName, data: Collection): void {
    if (name === 'states') this.#hasStates = true;
    this.#whenReady(() => this.#source(name).setData(data));
  }

  clear(names: readonly SourceName[]): void {
    if (names.includes('samples')) this.#samples.forget();
    for (const name of names) this.set(name, EMPTY);
  }

  setSamples(columns: SampleColumns): void {
    delete this.#container.dataset.isIdle;
    this.#samples.write(columns);
  }

  /** What a screen reader calls the map. */
  setLabel(text: string): void {
    this.map.getCanvas().setAttribute('aria-label', text);
  }

  setTheme(theme: Theme): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#whenReady(() => {
      this.#repaint();
      this.#drawPosteriors();
    });
  }

  setChosen(id: string | undefined): void {
    if (id === this.#chosen) return;
    this.#chosen = id;
    this.#whenReady(() => this.#repaint());
  }

  setPosteriors(estimates: readonly SourceEstimate[]): void {
    this.#posteriors = estimates.map(({ id, posterior }) => ({ id: `posterior-${id}`, grid: posterior }));
    this.#whenReady(() => this.#drawPosteriors());
  }

  setHidden(hidden: ReadonlySet<LayerName>): void {
    this.#hidden = hidden;
    this.#whenReady(() => {
      const shades = this.#posteriors.map(({ id }) => id).filter((id) => this.map.getLayer(id) !== undefined);
      for (const [name, ids] of Object.entries({ ...LAYERS_OF, posterior: shades })) {
        const visibility = hidden.has(name as LayerName) ? 'none' : 'visible';
        for (const id of ids) this.map.setLayoutProperty(id, 'visibility', visibility);
      }
    });
  }

  /** Dims all samples but the chosen span's. */
  setSpan(span: { from: number; to: number } | undefined): void {
    let opacity: number | ExpressionSpecification = 1;
    if (span !== undefined) {
      opacity = ['case', ['all', ['>=', ['get', 'i'], span.from], ['<=', ['get', 'i'], span.to]], 1, 0.25];
    }
    this.#whenReady(() => this.map.setPaintProperty('samples', 'circle-opacity', opacity));
  }

  setCursor(at: Position | undefined): void {
    if (at !== undefined) this.#cursor.setLngLat([at.lon, at.lat]);
    if (at !== undefined && !this.#isCursorShown) this.#cursor.addTo(this.map);
    if (at === undefined && this.#isCursorShown) this.#cursor.remove();
    this.#isCursorShown = at !== undefined;
  }

  fit(extent: Extent, isAnimated: boolean): void {
    this.map.fitBounds(widened(extent) as unknown as LngLatBoundsLike, {
      maxZoom: MOST_FIT_ZOOM,
      padding: paddingFor(this.#container),
      animate: isAnimated && !prefersStill(),
      duration: 500,
    });
  }

  goTo({ zoom, lat, lon }: Camera): void {
    this.map.jumpTo({ center: [lon, lat], zoom });
  }

  /** True when the map already shows this, within what the address rounds away. */
  isAt({ zoom, lat, lon }: Camera): boolean {
    const centre = this.map.getCenter();
    const slack = 360 / 2 ** zoom / 100;
    const isNear = Math.abs(centre.lat - lat) < slack && Math.abs(centre.lng - lon) < slack;
    return isNear && Math.abs(this.map.getZoom() - zoom) < 0.02;
  }

  zoomBy(step: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + step, duration: prefersStill() ? 0 : 200 });
  }

  isInView([west, south, east, north]: Extent): boolean {
    const view = this.map.getBounds();
    return view.contains([west, south]) && view.contains([east, north]);
  }

  /** The picture as it stands, for paper: in the light theme, as far as paint alone can change it at once. */
  picture(): HTMLCanvasElement {
    this.#paintIn('light');
    this.map.redraw();
    const glass = this.map.getCanvas();
    const copy = document.createElement('canvas');
    copy.width = glass.width;
    copy.height = glass.height;
    copy.getContext('2d')!.drawImage(glass, 0, 0);
    this.#paintIn(this.#theme);
    return copy;
  }

  destroy(): void {
    this.#isGone = true;
    this.#samples.end();
    this.map.remove();
  }

  #whenReady(act: () => void): void {
    void this.#ready.then(() => !this.#isGone && act());
  }

  #source(name: SourceName): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource;
  }

  #paintIn(theme: Theme): void {
    for (const layer of layersFor(theme, this.#chosen)) {
      for (const [name, value] of Object.entries(layer.paint ?? {})) {
        this.map.setPaintProperty(layer.id, name as never, value as never);
      }
    }
  }

  #repaint(): void {
    this.#paintIn(this.#theme);
    for (const layer of layersFor(this.#theme, this.#chosen)) {
      if (layer.type !== 'symbol') continue;
      for (const name of ['icon-image', 'symbol-sort-key'] as const) {
        const value = layer.layout?.[name];
        if (value !== undefined) this.map.setLayoutProperty(layer.id, name, value);
      }
    }
  }

  #drawPosteriors(): void {
    const { layers, sources } = this.map.getStyle();
    const isShade = (id: string) => id.startsWith('posterior-');
    for (const { id } of layers) if (isShade(id)) this.map.removeLayer(id);
    for (const id of Object.keys(sources)) if (isShade(id)) this.map.removeSource(id);
    for (const { id, grid } of this.#posteriors) {
      addPosterior(this.map, id, grid, this.#theme, !this.#hidden.has('posterior'));
    }
  }

  #drawGrid(): void {
    const bounds = this.map.getBounds();
    const { lines, names } = graticule({
      extent: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
      width_px: this.#container.clientWidth,
      at: (x, y) => this.map.unproject([x, y]).toArray(),
    });
    this.#source('grid').setData(lines);
    this.#source('grid-names').setData(names);
  }
}

function createMap(container: HTMLElement, theme: Theme, start: Camera | undefined): MapLibre {
  const map = new MapLibre({
    container,
    style: baseStyle(theme),
    attributionControl: false,
    ...(start === undefined
      ? { bounds: WHOLE_MEXICO as unknown as LngLatBoundsLike, fitBoundsOptions: { padding: 24 } }
      : { center: [start.lon, start.lat] as [number, number], zoom: start.zoom }),
    renderWorldCopies: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
    fadeDuration: prefersStill() ? 0 : 120,
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new ScaleControl({ unit: 'metric', maxWidth: 120 }), 'bottom-left');
  return map;
}

/** Says when the picture is complete; tests and printing wait for it. */
function tellWhenIdle(map: MapLibre, { dataset }: HTMLElement): void {
  const isAtWork = () => delete dataset.isIdle;
  map.on('dataloading', isAtWork);
  map.on('movestart', isAtWork);
  map.on('idle', () => {
    dataset.isIdle = 'true';
  });
}

function listen(map: MapLibre, events: PainterEvents): void {
  map.on('error', (event) => events.onFailure(event.error?.message ?? 'unknown'));
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

/** A region of a few metres would zoom to nothing around it: at least about 150 m a side. */
function widened([west, south, east, north]: Extent): [number, number, number, number] {
  const least = 0.0015;
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
