/** Straight runs of a track, and the axis along which opposite ones can be compared. */

/** A track with its readings, in local metres, ordered by time. */
export interface TrackReadings {
  readonly time_s: Float64Array;
  readonly x_m: Float64Array;
  readonly y_m: Float64Array;
  readonly value_ppm: Float64Array;
  /** Straight runs, numbered, where the file has them; turns may be numbered too. */
  readonly leg?: Int32Array;
  /** Where the air goes to [m s-1], where measured. */
  readonly windEast_mps?: Float64Array;
  readonly windNorth_mps?: Float64Array;
}

/** A straight run: samples [from, to), its mean velocity over ground [m s-1]. */
export interface StraightRun {
  readonly from: number;
  readonly to: number;
  readonly east_mps: number;
  readonly north_mps: number;
}

/** A turn that ends a run where the file numbers no legs [rad]. */
const TURN_RAD = Math.PI / 6;
/** Heading is taken over this time, against position noise [s]. */
const HEADING_SPAN_S = 6;
/** A hole in the record longer than this ends a run [s]. */
const LONGEST_GAP_S = 15;
const FEWEST_SAMPLES = 10;
/** Net distance over distance flown of a run that counts as straight. */
const STRAIGHTNESS = 0.95;

export function straightRuns(track: TrackReadings): StraightRun[] {
  const { time_s: t, leg } = track;
  const heading = leg === undefined ? headings(track) : undefined;
  const runs: StraightRun[] = [];
  let first = 0;
  for (let i = 1; i <= t.length; i++) {
    const ends =
      i === t.length ||
      t[i] - t[i - 1] > LONGEST_GAP_S ||
      (leg === undefined ? angleBetween(heading![i], heading![first]) > TURN_RAD : leg[i] !== leg[i - 1]);
    if (!ends) continue;
    const run = toRun(track, first, i);
    if (run !== undefined) runs.push(run);
    first = i;
  }
  return runs;
}

function toRun({ time_s: t, x_m: x, y_m: y }: TrackReadings, from: number, to: number): StraightRun | undefined {
  if (to - from < FEWEST_SAMPLES) return undefined;
  let flown = 0;
  for (let i = from + 1; i < to; i++) flown += Math.hypot(x[i] - x[i - 1], y[i] - y[i - 1]);
  const [east, north] = [x[to - 1] - x[from], y[to - 1] - y[from]];
  const net = Math.hypot(east, north);
  const lasted = t[to - 1] - t[from];
  if (!(net > 0) || net < STRAIGHTNESS * flown) return undefined;
  return { from, to, east_mps: east / lasted, north_mps: north / lasted };
}

/** Direction of travel [rad, mathematical] over a few seconds around each sample. */
function headings({ time_s: t, x_m: x, y_m: y }: TrackReadings): Float64Array {
  const heading = new Float64Array(t.length);
  let [a, b] = [0, 0];
  for (let i = 0; i < t.length; i++) {
    while (t[i] - t[a] > HEADING_SPAN_S / 2) a++;
    while (b < t.length - 1 && t[b] - t[i] < HEADING_SPAN_S / 2) b++;
    heading[i] = Math.atan2(y[b] - y[a], x[b] - x[a]);
  }
  return heading;
}

function angleBetween(a: number, b: number): number {
  return Math.abs(Math.atan2(Math.sin(a - b), Math.cos(a - b)));
}

/** Unit vector across which plumes lie, and whether a measured wind gave it. */
export interface ComparisonAxis {
  readonly east: number;
  readonly north: number;
  readonly isAcrossWind: boolean;
}

/** Mean wind vector shorter than this share of the mean speed points nowhere. */
const LEAST_STEADINESS = 0.5;

/** Across the mean wind; where there is none, along the direction most runs were flown in (either way). */
export function comparisonAxis(track: TrackReadings, runs: readonly StraightRun[]): ComparisonAxis {
  const { windEast_mps: u, windNorth_mps: v } = track;
  if (u !== undefined && v !== undefined) {
    let [east, north, speed] = [0, 0, 0];
    for (let i = 0; i < u.length; i++) {
      east += u[i];
      north += v[i];
      speed += Math.hypot(u[i], v[i]);
    }
    const length = Math.hypot(east, north);
    if (length > LEAST_STEADINESS * speed && length > 0) {
      return { east: -north / length, north: east / length, isAcrossWind: true };
    }
  }
  // Twice the angle makes there and back the same direction.
  let [cos2, sin2] = [0, 0];
  for (const { east_mps, north_mps, from, to } of runs) {
    const twice = 2 * Math.atan2(north_mps, east_mps);
    cos2 += (to - from) * Math.cos(twice);
    sin2 += (to - from) * Math.sin(twice);
  }
  const angle = Math.atan2(sin2, cos2) / 2;
  return { east: Math.cos(angle), north: Math.sin(angle), isAcrossWind: false };
}
