/** Pictures for the map, drawn on a canvas so that nothing is fetched: wind barbs, the site's plumb bob, hatching. */

import type { Map as MapLibre } from 'maplibre-gl';
import { MAP_INK } from './colours.ts';

const PIXEL_RATIO = 2;
const KNOTS_PER_MPS = 3600 / 1852;
/** Strongest wind with its own barb [knots]. */
const MOST_KNOTS = 100;

/** Gives a map every picture that its layers name, for both themes. */
export function addIcons(map: MapLibre): void {
  const options = { pixelRatio: PIXEL_RATIO };
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

/** Wind rounded to the nearest 5 knots, as barbs have it (WMO-No. 485, appendix II-4). */
export function barbKnots(speed_mps: number): number {
  return Math.min(MOST_KNOTS, Math.round((speed_mps * KNOTS_PER_MPS) / 5) * 5);
}

/**
 * Barb for a wind from north: the staff points up, to where the wind comes from, with its feathers to the east, the
 * low-pressure side on the northern hemisphere. The map turns it by the wind's direction.
 */
function drawBarb(knots: number, ink: string, halo: string): ImageData {
  const size = 44;
  const context = canvas(size, size);
  const centre = size / 2;
  const top = 3;
  const path = new Path2D();
  if (knots < 3) {
    path.arc(centre, centre, 3, 0, 2 * Math.PI);
  } else {
    path.moveTo(centre, centre);
    path.lineTo(centre, top);
    let y = top;
    let left = knots;
    for (; left >= 50; left -= 50, y += 5) {
      path.moveTo(centre, y);
      path.lineTo(centre + 8, y - 1);
      path.lineTo(centre, y + 4);
    }
    for (; left >= 10; left -= 10, y += 3.4) {
      path.moveTo(centre, y);
      path.lineTo(centre + 8, y - 3);
    }
    // A lone half feather stands in from the end, so that it is not read as a full one.
    if (left >= 5) {
      if (knots < 10) y += 3.4;
      path.moveTo(centre, y);
      path.lineTo(centre + 4, y - 1.5);
    }
  }
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.strokeStyle = halo;
  context.lineWidth = 3.6;
  context.stroke(path);
  context.strokeStyle = ink;
  context.fillStyle = ink;
  context.lineWidth = 1.3;
  context.stroke(path);
  if (knots >= 50) context.fill(path);
  context.beginPath();
  context.arc(centre, centre, 1.6, 0, 2 * Math.PI);
  context.fill();
  return pixels(context, size, size);
}

/** A plumb bob on its line; the tip, at the bottom middle, is the position. */
function drawBob(fill: string, halo: string): ImageData {
  const width = 20;
  const height = 30;
  const context = canvas(width, height);
  const line = new Path2D('M10 2v8');
  const bob = new Path2D(
    'M10 29c-.9-3.6-5.6-7-5.6-11.6A5.6 5.6 0 0 1 10 10.800a5.600 5.600 0 0 1 5.600 6.600C15.600 22 10.900 25.400 10 29z',
  );
  context.lineJoin = 'round';
  context.lineCap = 'round';
  context.strokeStyle = halo;
  context.lineWidth = 4;
  context.stroke(line);
  context.lineWidth = 3;
  context.stroke(bob);
  context.strokeStyle = fill;
  context.lineWidth = 1.6;
  context.stroke(line);
  context.fillStyle = fill;
  context.fill(bob);
  return pixels(context, width, height);
}

/** Diagonal hatching for "searched, nothing found": an area that is not a finding. */
function drawHatch(ink: string): ImageData {
  const size = 8;
  const context = canvas(size, size);
  context.strokeStyle = ink;
  context.lineWidth = 0.8;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    context.moveTo(shift, size);
    context.lineTo(shift + size, 0);
  }
  context.stroke();
  return pixels(context, size, size);
}

/** Upright triangle, open: where the gas was met. */
function drawDetection(ink: string, halo: string): ImageData {
  const size = 16;
  const context = canvas(size, size);
  const path = new Path2D('M8 2.500 13.800 12.800H2.200z');
  context.lineJoin = 'round';
  context.strokeStyle = halo;
  context.lineWidth = 4;
  context.stroke(path);
  context.strokeStyle = ink;
  context.lineWidth = 1.7;
  context.stroke(path);
  return pixels(context, size, size);
}

function canvas(width: number, height: number): CanvasRenderingContext2D {
  const element = document.createElement('canvas');
  element.width = width * PIXEL_RATIO;
  element.height = height * PIXEL_RATIO;
  const context = element.getContext('2d')!;
  context.scale(PIXEL_RATIO, PIXEL_RATIO);
  return context;
}

function pixels(context: CanvasRenderingContext2D, width: number, height: number): ImageData {
  return context.getImageData(0, 0, width * PIXEL_RATIO, height * PIXEL_RATIO);
}
