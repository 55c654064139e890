/**
 * `npm run calibration [-- draw | -- FLIGHTS]`: measures the flight inversion's calibration on seeds never used for tuning (some
 * fifteen minutes of CPU; fewer flights of each kind when told so) and writes docs/science/calibration.md with its plots.
 * `draw` writes page and plots again from the results on file.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CalibrationResults,
  type CalibrationSize,
  calibrate,
  FULL_SIZE,
  formatResults,
} from '../../bench/support/calibration-results.ts';
import { calibrationPage } from './calibration-page.ts';

const PAGE = join('docs', 'science', 'calibration.md');
const FOLDER = join('docs', 'science', 'calibration');
const RESULTS = join(FOLDER, 'results.json');

const root = join(import.meta.dirname, '..', '..');
const argument = process.argv[2];
mkdirSync(join(root, FOLDER), { recursive: true });
if (argument !== 'draw') {
  const results = calibrate(sizeFor(argument), (done, all) => {
    if (done % 20 === 0 || done === all) process.stderr.write(`Plumeline: calibration, flight ${done} of ${all}\n`);
  });
  writeFileSync(join(root, RESULTS), formatResults(results));
}
const { page, plots } = calibrationPage(JSON.parse(readFileSync(join(root, RESULTS), 'utf8')) as CalibrationResults);
writeFileSync(join(root, PAGE), page);
for (const [name, svg] of plots) writeFileSync(join(root, FOLDER, name), svg);
process.stderr.write(`Plumeline: wrote ${PAGE} and ${plots.size} plots\n`);

function sizeFor(argument: string | undefined): CalibrationSize {
  if (argument === undefined) return FULL_SIZE;
  const most = Number(argument);
  if (!(Number.isInteger(most) && most > 0)) {
    throw new Error(`"${argument}" is neither draw nor a number of flights; say npm run calibration -- 20.`);
  }
  const { own, planted, simulated } = FULL_SIZE;
  return { own: Math.min(own, most), planted: Math.min(planted, most), simulated: Math.min(simulated, most) };
}
