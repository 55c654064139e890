/** Size, axis and position of a component; angles in image space (0 = towards growing sample, 90 = towards line 0). */
export interface PlumeShape {
  readonly area_pixels: number;
  /** Amount-weighted centre. */
  readonly line: number;
  readonly sample: number;
  /** Standard deviations along and across the axis [pixels]. */
  readonly along_pixels: number;
  readonly across_pixels: number;
  /** Direction of the long axis [rad], in (-pi/2, pi/2], anticlockwise from growing samples, lines pointing down. */
  readonly axis_rad: number;
  /** Share of the bounding box that is filled; near 1 for a roof that lies along the lines. */
  readonly boxFill: number;
  readonly touchesEdge: boolean;
}

export function plumeShape(pixels: Int32Array, weights: Float64Array, lines: number, samples: number): PlumeShape {
  let [total, line, sample] = [0, 0, 0];
  let [top, bottom, left, right] = [lines, -1, samples, -1];
  const weightOf = (p: number) => Math.max(weights[p], 0) + 1e-9;
  for (const p of pixels) {
    const [l, s, w] = [Math.floor(p / samples), p % samples, weightOf(p)];
    total += w;
    line += w * l;
    sample += w * s;
    [top, bottom, left, right] = [Math.min(top, l), Math.max(bottom, l), Math.min(left, s), Math.max(right, s)];
  }
  line /= total;
  sample /= total;
  let [xx, xy, yy] = [1 / 12, 0, 1 / 12];
  for (const p of pixels) {
    const [dx, dy, w] = [(p % samples) - sample, line - Math.floor(p / samples), weightOf(p) / total];
    xx += w * dx * dx;
    xy += w * dx * dy;
    yy += w * dy * dy;
  }
  const half = Math.hypot((xx - yy) / 2, xy);
  return {
    area_pixels: pixels.length,
    line,
    sample,
    along_pixels: Math.sqrt((xx + yy) / 2 + half),
    across_pixels: Math.sqrt(Math.max((xx + yy) / 2 - half, 1 / 12)),
    axis_rad: 0.5 * Math.atan2(2 * xy, xx - yy),
    boxFill: pixels.length / ((bottom - top + 1) * (right - left + 1)),
    touchesEdge: top === 0 || left === 0 || bottom === lines - 1 || right === samples - 1,
  };
}
