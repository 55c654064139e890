/**
 * How many readings say the same thing.
 *
 * A wind that carries the plume beside the model does so for hours, and every step then repeats the same error; a plume
 * wider than the model is so for all samplers that stand in it side by side. The filter's states follow only the part
 * of these errors that they can express. Runs of steps count once per persistence time, samplers once per plume width,
 * and ln L is divided by the ratio (composite likelihood: Chandler & Bate 2007). fixed-instruments.md (4).
 */
import type { FixedProblem } from './problem.ts';

export interface Redundancy {
  readonly time: number;
  readonly space: number;
}

/** Samplers nearer to each other than this part of their distance from the array's middle stand in one plume width. */
const PLUME_WIDTH = 0.15;

export function redundancyOf(problem: FixedProblem, persistence_s: number): Redundancy {
  return { time: redundancyInTime(problem, persistence_s), space: redundancyInSpace(problem) };
}

function redundancyInTime({ steps }: FixedProblem, persistence_s: number): number {
  let [independent, start_s] = [0, Number.NaN];
  steps.forEach(({ time_s }, index) => {
    if (index === 0) start_s = time_s;
    const isLast = index + 1 === steps.length;
    if (isLast || steps[index + 1].time_s - time_s > persistence_s) {
      independent += Math.max(1, (time_s - start_s) / persistence_s);
      if (!isLast) start_s = steps[index + 1].time_s;
    }
  });
  return Math.max(1, steps.length / independent);
}

/** Mean number of point instruments in one plume width; beams cross it and count alone. */
function redundancyInSpace({ instruments }: FixedProblem): number {
  const middle = instruments.map(({ x0_m, y0_m, x1_m, y1_m }) => ({
    x: (x0_m + x1_m) / 2,
    y: (y0_m + y1_m) / 2,
    isPoint: x0_m === x1_m && y0_m === y1_m,
  }));
  const mean = (get: (place: { x: number; y: number }) => number) =>
    middle.reduce((sum, place) => sum + get(place), 0) / middle.length;
  const [x0, y0] = [mean(({ x }) => x), mean(({ y }) => y)];
  let independent = 0;
  for (const a of middle) {
    const reach = PLUME_WIDTH * Math.hypot(a.x - x0, a.y - y0);
    const alike = a.isPoint ? middle.filter((b) => b.isPoint && Math.hypot(a.x - b.x, a.y - b.y) < reach).length : 1;
    independent += 1 / Math.max(1, alike);
  }
  return middle.length / independent;
}
