/**
 * Where a plume starts: the mask's end on the upwind side, with the doubt that the plume's width and the wind's error
 * leave. The along-axis follows the plume itself where it is long, and the wind where it is not.
 */
import type { PlumeShape } from '../detection/plume-shape.ts';
import type { AmountMap, PlumeFrame } from './plume-mass.ts';

export interface WindInImage {
  readonly speed_mps: number;
  readonly speedSd_mps: number;
  /** Where the air goes to, anticlockwise from growing samples with lines pointing down [rad]. */
  readonly towards_rad: number;
  readonly towardsSd_rad: number;
}

export interface SourcePoint extends PlumeFrame {
  /** Standard deviations along and across the plume [pixels]. */
  readonly alongSd_pixels: number;
  readonly acrossSd_pixels: number;
}

/** Share of the mask, upwind, that the source's place across the plume is taken from. */
const TAIL_SHARE = 0.12;
/** A plume reads its own direction to about across / along rad; never better than this. */
const LEAST_AXIS_SD = 0.1;
/** How far a mean wind and the plume of one moment differ. */
const MEANDER_SD_RAD = 0.35;

export function sourcePoint(map: AmountMap, pixels: Int32Array, shape: PlumeShape, wind: WindInImage): SourcePoint {
  const axis = plumeDirection(shape, wind);
  const [alongSample, alongLine] = [Math.cos(axis), -Math.sin(axis)];
  const places = Array.from(pixels, (p) => {
    const [dx, dy] = [(p % map.samples) - shape.sample, Math.floor(p / map.samples) - shape.line];
    return {
      along: dx * alongSample + dy * alongLine,
      across: dx * alongLine - dy * alongSample,
      weight: Math.max(map.amount_ppmm[p], 0) + 1e-6,
    };
  }).sort((a, b) => a.along - b.along);
  const tail = places.slice(0, Math.max(3, Math.ceil(TAIL_SHARE * places.length)));
  const weight = tail.reduce((sum, place) => sum + place.weight, 0);
  const across = tail.reduce((sum, place) => sum + place.weight * place.across, 0) / weight;
  const spread = Math.sqrt(tail.reduce((sum, place) => sum + place.weight * (place.across - across) ** 2, 0) / weight);
  const first = places[0].along;
  // The skirt of scale-space detection reaches a little upwind of the source.
  const start = first + SKIRT_PIXELS;
  const reach = places.reduce((most, place) => Math.max(most, Math.abs(place.across - across)), 0);
  return {
    line: shape.line + start * alongLine - across * alongSample,
    sample: shape.sample + start * alongSample + across * alongLine,
    alongSample,
    alongLine,
    halfWidth_pixels: Math.ceil(reach) + 2,
    length_pixels: places[places.length - 1].along - start,
    alongSd_pixels: Math.hypot(1.5, spread),
    acrossSd_pixels: Math.max(0.7, spread / 2),
  };
}

/** What the finest scales of detection add around a source [pixels]. */
const SKIRT_PIXELS = 2;

/** Mean of the plume's own axis, turned downwind, and the wind, each with its weight [rad]. */
function plumeDirection(shape: PlumeShape, wind: WindInImage): number {
  const axisSd = Math.max(LEAST_AXIS_SD, shape.across_pixels / shape.along_pixels);
  const windSd = Math.hypot(wind.towardsSd_rad, MEANDER_SD_RAD);
  const downwind = Math.cos(shape.axis_rad - wind.towards_rad) >= 0 ? shape.axis_rad : shape.axis_rad + Math.PI;
  const [a, w] = [axisSd ** -2, windSd ** -2];
  return Math.atan2(
    a * Math.sin(downwind) + w * Math.sin(wind.towards_rad),
    a * Math.cos(downwind) + w * Math.cos(wind.towards_rad),
  );
}
