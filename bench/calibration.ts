/**
 * Simulation-based calibration of the flight inversion on its own model: `node bench/calibration.ts [flights] [first seed]`.
 * Ranks of the truth in its posterior, right and with a planted fault; n >= 200 to judge. About a second of CPU a flight.
 * `npm run calibration` measures this and the simulator's flights and writes docs/science/calibration.md.
 */
import { DEFAULT_SETTINGS } from '../packages/numerics/src/index.ts';
import {
  calibrationRank,
  priorRates,
  withCrossingsTooSure,
} from '../packages/numerics/test/support/calibration-ranks.ts';
import { CHI2_9_LIMIT, foundRanks, tenBins } from './support/calibration-results.ts';

const FLIGHTS = Number(process.argv[2] ?? 300);
const FIRST_SEED = Number(process.argv[3] ?? 1);

console.log(`Goal: chi2(9) < ${CHI2_9_LIMIT} for place and rate; the planted fault must not pass.`);
const rates = priorRates();
const engines = {
  right: DEFAULT_SETTINGS,
  'crossings three times too sure (planted)': withCrossingsTooSure(DEFAULT_SETTINGS),
};
for (const [name, settings] of Object.entries(engines)) {
  const ranks = Array.from({ length: FLIGHTS }, (_, i) => calibrationRank(FIRST_SEED + i, rates, settings));
  const found = foundRanks(ranks);
  const place = tenBins(found.map((rank) => rank.place));
  const rate = tenBins(found.map((rank) => rank.rate));
  const more = found.filter(({ sources }) => sources > 1).length;
  console.log(`${name}: ${found.length} of ${FLIGHTS} claimed, ${more} with a second source`);
  console.log(`  place chi2 ${place.chi2.toFixed(1)} (${place.counts.join(' ')})`);
  console.log(`  rate  chi2 ${rate.chi2.toFixed(1)} (${rate.counts.join(' ')})`);
}
