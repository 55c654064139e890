/**
 * Prints the statistics of `sim_flights` beside those of `makeFlight`: `node packages/simulator/tools/compare-sim-flights.ts`.
 * The data folder is looked for beside the checkout.
 */
import { formatComparison } from './comparison.ts';
import { generatedStatistics, simFlightStatistics } from './flight-sets.ts';

const reference = simFlightStatistics();
if (reference === undefined)
  throw new Error('There is no folder ../shared/data/sim_flights beside the checkout; put the data there.');
process.stdout.write(`${formatComparison(reference, generatedStatistics(Number(process.argv[2] ?? 60)))}\n`);
