/**
 * Flights with known sources against the figures of docs/science/inversion.md: `node bench/locate.ts [one|two|elgin]`.
 * Settings were compared on every second flight (training); the rest are held out, but two of those were looked into.
 * CPU seconds are this process's own, first calls (compilation) included.
 */
import {
  ELGIN,
  ELGIN_WIND_TO_DEG,
  errorOf,
  type FlightScore,
  hasFlightData,
  locateElgin,
  locateSimFlight,
  matchSources,
  quantile,
  scoreOf,
  share,
  simFlightNames,
} from '../packages/pipeline/test/flight-score.ts';

const which = process.argv[2];
if (!hasFlightData) console.log('The data folder is not beside this checkout (../shared/data); nothing to measure.');
else {
  if (which === undefined || which === 'one') await oneSource();
  if (which === undefined || which === 'two') await twoSources();
  if (which === undefined || which === 'elgin') await elgin();
  console.log(`memory at the end: ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB resident`);
}

async function oneSource(): Promise<void> {
  console.log('One source, sim_flights. Goals: median <= 12 m, p90 <= 30 m; 50 % and 90 % regions 45-55 %, 87-93 %;');
  console.log('rate x2 >= 97 %, x3 >= 99 %, interval 87-93 %; <= 0.5 s for 440 samples.');
  const halves: [string, number][] = [
    ['training', 0],
    ['held out', 1],
  ];
  for (const [label, parity] of halves) {
    const names = simFlightNames('f1').filter((_, index) => index % 2 === parity);
    const scores: FlightScore[] = [];
    const cpu: number[] = [];
    let falseCount = 0;
    for (const name of names) {
      const { located, truth, cpu_s } = await locateSimFlight(name);
      cpu.push(cpu_s);
      falseCount += Math.max(0, located.sources.length - 1);
      if (located.sources[0] !== undefined) scores.push(scoreOf(located.sources[0], truth[0]!));
    }
    console.log(
      `${label}: ${line(scores, names.length)}; extra ${falseCount}; CPU median ${quantile(cpu, 0.5).toFixed(2)} s`,
    );
  }
}

function line(scores: readonly FlightScore[], flights: number): string {
  const distances = scores.map(({ distance_m }) => distance_m);
  const percent = (test: (score: FlightScore) => boolean) => `${(100 * share(scores, test)).toFixed(0)} %`;
  const within = (factor: number) => percent(({ rateRatio }) => Math.abs(Math.log(rateRatio)) <= Math.log(factor));
  return [
    `found ${scores.length}/${flights}`,
    `position median ${quantile(distances, 0.5).toFixed(1)} m, p90 ${quantile(distances, 0.9).toFixed(1)} m`,
    `regions ${percent((s) => s.isInside50)}, ${percent((s) => s.isInside90)}`,
    `rate x2 ${within(2)}, x3 ${within(3)}, interval ${percent((s) => s.isRateInside90)}`,
    `median ratio ${quantile(
      scores.map(({ rateRatio }) => rateRatio),
      0.5,
    ).toFixed(2)}`,
  ].join('; ');
}

async function twoSources(): Promise<void> {
  console.log('Two sources, sim_flights. Goals: found >= 95 % within 60 m, false <= 0.1 a flight.');
  const names = simFlightNames('f2');
  let [found, all, falseCount] = [0, 0, 0];
  const cpu: number[] = [];
  for (const name of names) {
    const { located, truth, cpu_s } = await locateSimFlight(name);
    const matched = matchSources(located.sources, truth, 60);
    found += matched.found;
    all += truth.length;
    falseCount += matched.falseCount;
    cpu.push(cpu_s);
  }
  const rate = (falseCount / names.length).toFixed(2);
  console.log(
    `found ${((100 * found) / all).toFixed(0)} % of ${all}; false ${rate} a flight; CPU median ${quantile(cpu, 0.5).toFixed(2)} s`,
  );
}

async function elgin(): Promise<void> {
  console.log(
    'Aircraft blow-out, faam_elgin_b689, 7,201 samples. Goals: <= 2.5 km, across <= 0.5 km, inside 90 %; <= 10 s.',
  );
  const { located, cpu_s } = await locateElgin();
  for (const source of located.sources) {
    const { distance_m, along_m, across_m } = errorOf(source, ELGIN, ELGIN_WIND_TO_DEG);
    const { isInside50, isInside90 } = scoreOf(source, { ...ELGIN, rate_kgph: 1 });
    console.log(
      `off ${(distance_m / 1000).toFixed(2)} km, along ${(along_m / 1000).toFixed(2)}, across ${(across_m / 1000).toFixed(2)}; inside 50 % ${isInside50}, 90 % ${isInside90}; CPU ${cpu_s.toFixed(1)} s`,
    );
  }
  if (located.sources.length === 0) console.log(`nothing found, ln Bayes factor ${located.nullResult?.lnBayesFactor}`);
}
