/** A cube on the map: its picture as a coloured image under the findings, the edges of its plumes above it. */
import type { Detection } from '@plumeline/core';
import { useQuery } from '@tanstack/react-query';
import type { CanvasSource, Map as MapLibre } from 'maplibre-gl';
import { useEffect } from 'react';
import { type MapPicture, pictureQuery, shownMap } from '../data/cube-api.ts';
import { type Scene, useRecording } from '../data/scene.ts';
import { hiddenLayers, useChangeView, useView } from '../data/view.ts';
import { type Theme, useTheme } from '../shell/theme.ts';
import { cividis, MAP_INK } from './colours.ts';
import { ABOVE_POSTERIOR } from './layers.ts';
import type { Painter } from './painter.ts';

const PICTURE = 'cube-picture';
const EDGES = 'cube-plumes';
const MOST_OPACITY = 0.85;
/** Below this share of the scale the ground shows through. */
const CLEAR_SHARE = 0.08;

/** Draws the cube of the scene; renders nothing itself. */
export function CubeOverlay({ painter, scene }: { painter: Painter; scene: Scene }) {
  const view = useView();
  const theme = useTheme();
  const recording = useRecording(scene.recordingId).data;
  const isCube = recording?.imaging !== undefined;
  const map = shownMap(view.raster);
  const query = pictureQuery(scene.recordingId ?? '', map ?? 'amount');
  const picture = useQuery({ ...query, enabled: isCube && map !== undefined }).data;
  const isShown = !hiddenLayers(view).has('detections');
  useEffect(
    () =>
      drawWhenStyled(painter.map, () =>
        drawPicture(painter.map, isCube && map !== undefined ? picture : undefined, theme),
      ),
    [painter, isCube, map, picture, theme],
  );
  useEffect(
    () => drawWhenStyled(painter.map, () => drawEdges(painter.map, isCube && isShown ? scene.detections : [], theme)),
    [painter, isCube, isShown, scene.detections, theme],
  );
  usePixelChoice(painter, isCube && scene.page === 'flight', recording?.extent);
  return null;
}

/** A press inside the cube chooses the pixel whose spectrum is shown. */
function usePixelChoice(
  painter: Painter,
  isOn: boolean,
  extent: readonly [number, number, number, number] | undefined,
) {
  const changeView = useChangeView();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the function is new at every render and does the same
  useEffect(() => {
    if (!isOn || extent === undefined) return undefined;
    const [west, south, east, north] = extent;
    const onClick = ({ lngLat: { lat, lng } }: { lngLat: { lat: number; lng: number } }) => {
      if (lng < west || lng > east || lat < south || lat > north) return;
      changeView({ pixel: `${lat.toFixed(6)},${lng.toFixed(6)}` });
    };
    painter.map.on('click', onClick);
    return () => {
      painter.map.off('click', onClick);
    };
  }, [painter, isOn, extent]);
}

/** Draws now, or once the style stands; forgotten when another drawing takes its place. */
function drawWhenStyled(map: MapLibre, draw: () => void): () => void {
  if (map.getLayer(ABOVE_POSTERIOR) !== undefined) draw();
  else map.once('load', draw);
  return () => {
    map.off('load', draw);
  };
}

function drawPicture(map: MapLibre, picture: MapPicture | undefined, theme: Theme): void {
  if (map.getLayer(PICTURE) !== undefined) map.removeLayer(PICTURE);
  if (map.getSource(PICTURE) !== undefined) map.removeSource(PICTURE);
  if (picture === undefined) return;
  map.addSource(PICTURE, {
    type: 'canvas',
    canvas: colouredPicture(picture, theme) as never,
    animate: false,
    coordinates: picture.corners.map(([lon, lat]) => [lon, lat]) as never,
  });
  const paint = { 'raster-resampling': 'nearest', 'raster-fade-duration': 0 } as const;
  map.addLayer({ id: PICTURE, type: 'raster', source: PICTURE, paint }, ABOVE_POSTERIOR);
  (map.getSource(PICTURE) as CanvasSource).play();
  (map.getSource(PICTURE) as CanvasSource).pause();
}

function drawEdges(map: MapLibre, detections: readonly Detection[], theme: Theme): void {
  for (const id of [EDGES, `${EDGES}-halo`]) if (map.getLayer(id) !== undefined) map.removeLayer(id);
  if (map.getSource(EDGES) !== undefined) map.removeSource(EDGES);
  const features = detections.flatMap(({ id, plume }) =>
    plume === undefined ? [] : [{ type: 'Feature' as const, properties: { id }, geometry: plume.outline as never }],
  );
  if (features.length === 0) return;
  const ink = MAP_INK[theme];
  map.addSource(EDGES, { type: 'geojson', data: { type: 'FeatureCollection', features } });
  const line = (id: string, colour: string, width: number) =>
    map.addLayer(
      { id, type: 'line', source: EDGES, paint: { 'line-color': colour, 'line-width': width } },
      ABOVE_POSTERIOR,
    );
  line(`${EDGES}-halo`, ink.halo, 4);
  line(EDGES, ink.finding, 2);
}

/** Ends of the colour scale: amounts and scores count from zero, as gas only adds. */
export function scaleOf({ map, low, high }: Pick<MapPicture, 'map' | 'low' | 'high'>): { low: number; high: number } {
  return { low: map === 'uncertainty' ? low : 0, high: Math.max(high, low + 1e-9) };
}

/** Colour of a share of the scale, as the legend shows it. */
export function cubeColour(share: number, theme: Theme): readonly [number, number, number] {
  return cividis(theme === 'dark' ? 0.12 + 0.88 * share : 0.96 - 0.96 * share);
}

function colouredPicture(picture: MapPicture, theme: Theme): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = picture.columns;
  canvas.height = picture.rows;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(picture.columns, picture.rows);
  const { low, high } = scaleOf(picture);
  picture.values.forEach((value, i) => {
    if (value === null) return;
    const share = Math.max(0, Math.min(1, (value - low) / (high - low)));
    const isClear = picture.map !== 'uncertainty';
    const opacity = isClear ? Math.min(1, share / CLEAR_SHARE) : 1;
    image.data.set([...cubeColour(share, theme), Math.round(255 * MOST_OPACITY * opacity)], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
