/**
 * The control: does integrating agree with sampling, and what does it save? `node bench/mcmc.ts [flights] [iterations]`.
 * Flights of the inversion's own model (612 samples, prior as in docs/science/calibration.md) with one source claimed, located by `locateSources` and by
 * a random walk over place and ln rate on the same likelihood. CPU seconds are this process's own, after a first flight over clean air.
 */
import { highestDensityRegion, locateSources } from '../packages/numerics/src/index.ts';
import { drawTruth, priorRates } from '../packages/numerics/test/support/calibration-ranks.ts';
import { AREA, CONDITIONS, flightOver } from '../packages/numerics/test/support/flight-over.ts';
import { flightProblem, randomWalk } from './support/random-walk.ts';
import { quantile } from './support/statistics.ts';

const FLIGHTS = Number(process.argv[2] ?? 10);
const ITERATIONS = Number(process.argv[3] ?? 5000);
const FIRST_SEED = 60_000;

const [least_kgph, most_kgph] = priorRates();
console.log(
  `Random walk of ${ITERATIONS} iterations against the grid. Agreement: the grid's 90 % region holds 90 % of the`,
);
console.log('walk; means apart by less than the posterior is wide; ratio of median rates near 1.');
console.log('flight  in 90 %   apart m   width m   in widths   rate ratio   walk s   grid s   ratio   accepted');
const rows: { inside: number; widths: number; rateRatio: number; speed: number }[] = [];
for (let seed = FIRST_SEED; rows.length < FLIGHTS; seed++) {
  const flight = flightOver([drawTruth(seed, [least_kgph, most_kgph])], seed);
  const [found, grid_s] = timed(() => locateSources(flight, CONDITIONS, AREA));
  const [posterior] = found.sources;
  if (posterior === undefined || found.sources.length > 1) continue;
  const [chain, walk_s] = timed(() =>
    randomWalk(flightProblem(flight, CONDITIONS, AREA), AREA, { least_kgph, most_kgph }, ITERATIONS, seed),
  );
  const region = highestDensityRegion(posterior.raster, 0.9);
  const inside = meanOf(chain.x_m, (x, i) => (region.holds(x, chain.y_m[i]!) ? 1 : 0));
  const mean = { x_m: meanOf(chain.x_m, (x) => x), y_m: meanOf(chain.y_m, (y) => y) };
  const apart = Math.hypot(mean.x_m - posterior.mean.x_m, mean.y_m - posterior.mean.y_m);
  const width = Math.sqrt(meanOf(chain.x_m, (x, i) => (x - mean.x_m) ** 2 + (chain.y_m[i]! - mean.y_m) ** 2));
  const rateRatio = quantile([...chain.rate_kgph], 0.5) / posterior.rate.p50;
  rows.push({ inside, widths: apart / width, rateRatio, speed: walk_s / grid_s });
  const figures = [
    (100 * inside).toFixed(0).padStart(6),
    ...[apart, width].map((value) => value.toFixed(1).padStart(9)),
    (apart / width).toFixed(2).padStart(11),
    rateRatio.toFixed(2).padStart(12),
    ...[walk_s, grid_s].map((value) => value.toFixed(2).padStart(8)),
    (walk_s / grid_s).toFixed(1).padStart(7),
    (100 * chain.accepted).toFixed(0).padStart(8),
  ];
  console.log(`${String(seed).padEnd(6)} ${figures.join(' ')} %`);
}
const middle = (pick: (row: (typeof rows)[number]) => number) => quantile(rows.map(pick), 0.5).toFixed(2);
console.log(
  `median of ${rows.length}: ${middle((row) => 100 * row.inside)} % of the walk in the 90 % region, means ${middle((row) => row.widths)} widths apart, rate ratio ${middle((row) => row.rateRatio)}, the walk takes ${middle((row) => row.speed)} times the CPU`,
);

function timed<T>(run: () => T): [T, number] {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  return [result, (user + system) / 1e6];
}

function meanOf(values: Float64Array, of: (value: number, i: number) => number): number {
  return values.reduce((sum, value, i) => sum + of(value, i), 0) / values.length;
}
