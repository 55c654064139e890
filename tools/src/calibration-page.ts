/** docs/science/calibration.md and its plots, from results alone. */
import {
  type CalibrationResults,
  CHI2_9_LIMIT,
  foundRanks,
  ofKind,
  tenBins,
} from '../../bench/support/calibration-results.ts';
import type { FlightOutcome, ScoredSource } from '../../bench/support/simulated-flights.ts';
import { percent, quantile, shareOf, totalRate } from '../../bench/support/statistics.ts';
import { surprise } from '../../packages/numerics/test/support/calibration-ranks.ts';
import { COLOURS, type Curve, curvePlot, histogramPlot } from './calibration-plots.ts';

/** File name to content; paths beside the page. */
export type PageFiles = ReadonlyMap<string, string>;

const THRESHOLDS = [0, 1, 2, 3, 4, 5, 6, 8, 10];
const DECISION = 5;
/** A source counts as seen when its largest enhancement is this many noise deviations. */
const SEEN_NOISES = 10;
const FOUND_WITHIN_M = 60;

export function calibrationPage(results: CalibrationResults): { readonly page: string; readonly plots: PageFiles } {
  const own = foundRanks(results.own);
  const planted = foundRanks(results.planted);
  const one = ofKind(results, 'rotorcraft', 1);
  const aeroplane = ofKind(results, 'aeroplane', 1);
  const plots = new Map([
    ['own-place.svg', histogramPlot(`Place ranks, own model, n = ${own.length}`, bins(own, 'place'))],
    ['own-rate.svg', histogramPlot(`Rate PIT, own model, n = ${own.length}`, bins(own, 'rate'))],
    ['planted-place.svg', histogramPlot(`Place ranks, planted fault, n = ${planted.length}`, bins(planted, 'place'))],
    [
      'simulated-place.svg',
      histogramPlot('Place ranks, rotorcraft', tenBins(best(one).map((s) => s.placeRank)).counts),
    ],
    ['simulated-rate.svg', histogramPlot('Rate PIT, rotorcraft', tenBins(best(one).map((s) => s.rateRank)).counts)],
    ['reliability.svg', reliability(one, aeroplane)],
    ['roc.svg', roc(results)],
  ]);
  const page = [
    INTRODUCTION,
    ownSection(results),
    simulatedSection(one, aeroplane),
    twoSection(ofKind(results, 'rotorcraft', 2)),
    alarmSection(results),
    CLOSING,
  ].join('\n');
  return { page, plots };
}

const INTRODUCTION = `# Is the inversion calibrated?

Written by \`npm run calibration\`, which also draws the plots; \`npm run calibration -- draw\` draws them again from
\`calibration/results.json\`. Nothing here was used for tuning. Ranges in brackets are 90 % intervals of the share (Wilson).
Measured on the flight inversion of \`packages/numerics/src/inversion\`; fixed instruments are judged by
\`node bench/dispersion-fixed.ts\`, flights from the data folder by \`node bench/locate.ts\`, sampling against integrating by
\`node bench/mcmc.ts\`.
`;

const CLOSING = `## What this does not show

The simulator's air is not the field's: its wind is steadier than a convective afternoon's, its ground is flat. Sets of
tens of flights tell an 85 % region from a 95 % one only roughly; the brackets say how roughly.

## References

Cook, Gelman & Rubin 2006 (J. Comp. Graph. Stat. 15:675); Talts et al. 2018 (arXiv 1804.06788); Gneiting, Balabdaoui &
Raftery 2007 (J. R. Stat. Soc. B 69:243); Wilson 1927 (J. Am. Stat. Assoc. 22:209).
`;

function bins(ranks: ReturnType<typeof foundRanks>, of: 'place' | 'rate'): readonly number[] {
  return tenBins(ranks.map((rank) => rank[of])).counts;
}

function ownSection(results: CalibrationResults): string {
  const rows = Object.entries({ 'as it is': results.own, 'crossings three times too sure (planted)': results.planted });
  const table = rows.map(([name, ranks]) => {
    const found = foundRanks(ranks);
    const [place, rate] = [tenBins(found.map((rank) => rank.place)), tenBins(found.map((rank) => rank.rate))];
    return `| ${name} | ${ranks.length} | ${found.length} | ${verdict(place.chi2)} | ${verdict(rate.chi2)} | ${wonder(found)} | ${found.filter(({ sources }) => sources > 1).length} |`;
  });
  const [place] = [tenBins(foundRanks(results.own).map((rank) => rank.place))];
  return `## On its own model

Truths are drawn from the engine's prior (place uniform in a 600 m square, rate uniform in its logarithm over the engine's own
factor of 10^4), a flight of nine legs and 612 samples from the model given them: one direction error a flight, a meander,
a width, a height, and for every crossing a shift, width, height and gamma amplitude of its own, 5 % of crossings missed, a
fluctuation of 0.5 correlated over 2 s, a background that walks. Then the posterior mass denser than the true place, and the posterior
probability below the true rate, are uniform. Flights in which nothing is claimed have no posterior; picking flights by
their samples leaves the rest uniform. Limit of chi-squared with 9 degrees of freedom: ${CHI2_9_LIMIT} (95 %). Surprise is the mean of -ln(1 - place rank), 1 when
calibrated (Fisher's combination; two deviations in brackets): truths far out in the tail show in it with few flights.

| engine | flights | claimed | place | rate | surprise | second source claimed |
|---|---|---|---|---|---|---|
${table.join('\n')}

![place ranks](calibration/own-place.svg) ![rate PIT](calibration/own-rate.svg) ![planted fault](calibration/planted-place.svg)

Place ranks by tenths: ${place.counts.join(' ')}. Deviations of the generator from the model: no pass shows anything of another
cause (the engine allows 0.001 a pass); the background's drift is one number which the engine has to fit, from a ladder of nine;
a crossing narrower than 0.7 s, from a source within some 35 m of a leg, is drawn as narrow as it is where the engine's
table ends; position of a crossing is drawn exactly where the engine takes shifts to first order.
`;
}

function verdict(chi2: number): string {
  return `${chi2.toFixed(1)} ${chi2 < CHI2_9_LIMIT ? '(passes)' : '(fails)'}`;
}

function wonder(found: ReturnType<typeof foundRanks>): string {
  const value = surprise(found.map(({ place }) => place));
  return `${value.toFixed(2)} (1 +- ${(2 / Math.sqrt(found.length)).toFixed(2)})`;
}

/** The strongest claim of each flight. */
function best(outcomes: readonly FlightOutcome[]): readonly ScoredSource[] {
  return outcomes.flatMap(({ claimed }) => (claimed[0] === undefined ? [] : [claimed[0]]));
}

function simulatedSection(...kinds: (readonly FlightOutcome[])[]): string {
  const columns = kinds.map((outcomes) => {
    const scores = best(outcomes);
    const distances = scores.map(({ distance_m }) => distance_m);
    const ratio = ({ rate_kgph, trueRate_kgph }: ScoredSource) => Math.abs(Math.log(rate_kgph.p50 / trueRate_kgph));
    return [
      `${scores.length} of ${outcomes.length}`,
      `${quantile(distances, 0.5).toFixed(0)}, ${quantile(distances, 0.9).toFixed(0)} m`,
      percent(shareOf(scores, (s) => s.isInside50)),
      percent(shareOf(scores, (s) => s.isInside90)),
      percent(shareOf(scores, (s) => ratio(s) <= Math.log(2))),
      percent(shareOf(scores, (s) => ratio(s) <= Math.log(3))),
      percent(shareOf(scores, (s) => s.trueRate_kgph >= s.rate_kgph.p05 && s.trueRate_kgph <= s.rate_kgph.p95)),
      quantile(
        scores.map((s) => s.rate_kgph.p50 / s.trueRate_kgph),
        0.5,
      ).toFixed(2),
      verdict(tenBins(scores.map((s) => s.placeRank)).chi2),
      verdict(tenBins(scores.map((s) => s.rateRank)).chi2),
    ];
  });
  const names: [string, string][] = [
    ['claimed', ''],
    ['position median, p90', '<= 12, 30 m'],
    ['50 % region holds', '45-55 %'],
    ['90 % region holds', '87-93 %'],
    ['rate within x2', '>= 97 %'],
    ['rate within x3', '>= 99 %'],
    ['90 % rate interval holds', '87-93 %'],
    ['median of estimated over true rate', '1'],
    ['place ranks, chi-squared', '< 16.9'],
    ['rate PIT, chi-squared', '< 16.9'],
  ];
  const rows = names.map(
    ([name, goal], row) => `| ${name} | ${goal} | ${columns.map((column) => column[row]).join(' | ')} |`,
  );
  return `## On flights of the simulator

Puffs in a meandering wind (docs/science/simulator.md), one source of 1-20 kg/h (rotorcraft, 600 m) or 15-300 kg/h (aeroplane, 3 km);
seeds from 412000 and 414000.

| | goal (rotorcraft) | rotorcraft | aeroplane |
|---|---|---|---|
${rows.join('\n')}

![reliability](calibration/reliability.svg) ![place ranks](calibration/simulated-place.svg) ![rate PIT](calibration/simulated-rate.svg)
`;
}

function reliability(one: readonly FlightOutcome[], aeroplane: readonly FlightOutcome[]): string {
  const levels = Array.from({ length: 41 }, (_, i) => i / 40);
  const held = (values: readonly number[]) =>
    levels.map((level) => [level, shareOf(values, (value) => value <= level).share] as const);
  // A central interval of probability p holds PIT values within p / 2 of the middle.
  const central = (scores: readonly ScoredSource[]) => scores.map((s) => Math.abs(2 * s.rateRank - 1));
  const curves: Curve[] = [
    { name: 'place, rotorcraft', colour: COLOURS[0], points: held(best(one).map((s) => s.placeRank)) },
    { name: 'rate, rotorcraft', colour: COLOURS[1], points: held(central(best(one))) },
    { name: 'place, aeroplane', colour: COLOURS[2], points: held(best(aeroplane).map((s) => s.placeRank)) },
  ];
  return curvePlot('Reliability of regions and intervals', { x: 'stated', y: 'held the truth' }, curves, true);
}

function twoSection(outcomes: readonly FlightOutcome[]): string {
  const truths = outcomes.flatMap(({ truth }) => truth);
  const isFound = ({ pairedAt_m }: (typeof truths)[number]) =>
    (pairedAt_m ?? Number.POSITIVE_INFINITY) <= FOUND_WITHIN_M;
  const seen = truths.filter(({ peakOverNoise }) => peakOverNoise >= SEEN_NOISES);
  const falses = outcomes.reduce((sum, { claimed, truth }) => sum + claimed.length - truth.filter(isFound).length, 0);
  const any = outcomes.filter(({ claimed }) => claimed.length > 0);
  const held = shareOf(any, ({ claimed, truth }) => {
    const { p05, p95 } = totalRate(claimed.map(({ rate_kgph }) => rate_kgph));
    const total = truth.reduce((sum, { rate_kgph }) => sum + rate_kgph, 0);
    return total >= p05 && total <= p95;
  });
  return `## Two sources

${outcomes.length} rotorcraft flights, seeds from 415000, sources at least 100 m apart and 1-20 kg/h each. The total's interval takes the rates as independent.

| | goal | measured |
|---|---|---|
| found within ${FOUND_WITHIN_M} m | >= 95 % | ${percent(shareOf(truths, isFound))} |
| the same, of those whose plume rose ${SEEN_NOISES} noise deviations somewhere | | ${percent(shareOf(seen, isFound))} |
| claims further off than that, a flight | <= 0.1 | ${(falses / Math.max(1, outcomes.length)).toFixed(2)} |
| 90 % interval of the total rate holds | 85-95 % | ${percent(held)} |
`;
}

function alarmSection(results: CalibrationResults): string {
  const clean = ofKind(results, 'rotorcraft', 0);
  const real = ofKind(results, 'rotorcraft', 1);
  const seen = real.filter(({ truth }) => truth[0]!.peakOverNoise >= SEEN_NOISES);
  const cleanAloft = ofKind(results, 'aeroplane', 0);
  const above = (outcomes: readonly FlightOutcome[], threshold: number) =>
    percent(
      shareOf(outcomes, ({ lnBayesFactor }) => lnBayesFactor >= threshold),
      1,
    );
  const rows = THRESHOLDS.map(
    (threshold) =>
      `| ${threshold === DECISION ? `**${threshold}**` : threshold} | ${above(clean, threshold)} | ${above(real, threshold)} | ${above(seen, threshold)} | ${above(cleanAloft, threshold)} |`,
  );
  return `## False alarms and detection

${clean.length} source-free rotorcraft flights (seeds from 411000), ${real.length} over one source, ${seen.length} of these with a plume of ${SEEN_NOISES} noise deviations somewhere on the track, and ${cleanAloft.length} source-free flights of the aeroplane. Goal at 5: at most 0.5 % false, at least 95 % detected.

| ln Bayes factor at least | source-free | one source | one source, plume seen | source-free, aeroplane |
|---|---|---|---|---|
${rows.join('\n')}

![ROC](calibration/roc.svg)
`;
}

function roc(results: CalibrationResults): string {
  const clean = ofKind(results, 'rotorcraft', 0).map(({ lnBayesFactor }) => lnBayesFactor);
  const real = ofKind(results, 'rotorcraft', 1).map(({ lnBayesFactor }) => lnBayesFactor);
  const thresholds = [Number.POSITIVE_INFINITY, ...new Set([...clean, ...real].sort((a, b) => b - a))];
  const points = thresholds.map((threshold) => {
    const over = (values: readonly number[]) => shareOf(values, (value) => value >= threshold).share;
    return [over(clean), over(real)] as const;
  });
  const curve: Curve = { name: 'rotorcraft', colour: COLOURS[0], points };
  return curvePlot(
    'Detection against false alarms',
    { x: 'source-free flights claimed', y: 'sources claimed' },
    [curve],
    true,
  );
}
