/** A process of its own: one simulated flight of so many samples, and what locating it added to the peak of resident memory [MB]. */
import { makeFlight } from '../../packages/simulator/src/index.ts';
import { locateSeries } from './simulated-flights.ts';

const samples = Number(process.argv[2] ?? 2000);
const peak_MB = () => process.resourceUsage().maxRSS / 1024;
const { series, frame } = makeFlight({ seed: 416_000, samples });
const before_MB = peak_MB();
const { sources } = locateSeries(series, frame);
const after_MB = peak_MB();
console.log(
  `memory: ${series.count} samples, ${sources.length} found: ${(after_MB - before_MB).toFixed(0)} MB above the ${before_MB.toFixed(0)} MB of the idle process (goal <= 100 MB)`,
);
