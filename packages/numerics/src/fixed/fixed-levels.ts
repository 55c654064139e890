/**
 * A level and its uncertainty for every reading of fixed instruments, for saying where and when gas was seen. The locate
 * engine does not use it: there the background is a state of the filter.
 */
export interface FixedLevels {
  /** Per row [ppm]. */
  readonly level_ppm: Float64Array;
  readonly sd_ppm: Float64Array;
}

const DAY_S = 86_400;
/** Part of a day's readings taken to be background: plumes only add. */
const LOW = 0.2;
/** Fewer readings in a day say nothing of its background; the instrument's, then all instruments', stand in. */
const ENOUGH = 12;
/** Background wanders within a day by about this part of its level (methane at Ginninderra: 1 %). */
const WANDER = 0.01;

/** Rows of the three columns belong together; any order. `noise_ppm` is the least deviation. */
export function fixedLevels(
  time_s: Float64Array,
  value_ppm: Float64Array,
  instrument: Int32Array,
  noise_ppm: number,
): FixedLevels {
  const level_ppm = new Float64Array(value_ppm.length);
  const sd_ppm = new Float64Array(value_ppm.length);
  const all = lowOf(value_ppm);
  for (const rows of Map.groupBy(value_ppm.keys(), (row) => instrument[row]).values()) {
    const own = rows.length < ENOUGH ? all : lowOf(rows.map((row) => value_ppm[row]));
    for (const day of Map.groupBy(rows, (row) => Math.floor(time_s[row] / DAY_S)).values()) {
      const { level, scatter } = day.length < ENOUGH ? own : lowOf(day.map((row) => value_ppm[row]));
      for (const row of day) {
        level_ppm[row] = level;
        sd_ppm[row] = Math.hypot(noise_ppm, scatter, WANDER * level);
      }
    }
  }
  return { level_ppm, sd_ppm };
}

/** Low quantile and the scatter of what lies below twice its rank (quartile-like, unmoved by plumes above). */
function lowOf(values: ArrayLike<number>): { readonly level: number; readonly scatter: number } {
  const sorted = Float64Array.from(values).sort();
  const at = (probability: number) => sorted[Math.round((sorted.length - 1) * probability)];
  // For a normal, the distance from the 20 % to the 5 % point is 0.803 deviations.
  return { level: at(LOW), scatter: (at(LOW) - at(0.05)) / 0.803 };
}
