/**
 * What undoing an instrument's lag and response is worth: `node bench/instrument.ts [first seed] [flights]`. Simulated
 * flights of puffs (packages/simulator), readings delayed by whole seconds; the constants were set on seeds 1 to 80, so
 * the figures of docs/science/instrument-effects.md start at seed 2001.
 */
import { estimateLag, undoResponse } from '../packages/numerics/src/index.ts';
import { instrumentFlight } from '../packages/numerics/test/instrument-flights.ts';
import type { FlightStyle } from '../packages/simulator/src/index.ts';

const FIRST = Number(process.argv[2] ?? 2001);
const FLIGHTS = Number(process.argv[3] ?? 60);
const SEEDS = Array.from({ length: FLIGHTS }, (_, i) => FIRST + i);
/** Half of a central 50 % interval over half of a 90 % one, for some five degrees of freedom. */
const HALF_OF_90 = 0.36;

console.log(
  `Lag of 0 to 7 s, ${FLIGHTS} flights a row from seed ${FIRST}. Goals: 50 % and 90 % intervals hold 50 % and 90 %.`,
);
for (const style of ['rotorcraft', 'aeroplane'] as const) for (const sources of [1, 2]) lagRow(style, sources);
console.log('Response undone: squared error of the readings against the air, over that of the readings as they came.');
for (const style of ['rotorcraft', 'aeroplane'] as const)
  for (const response_s of [2, 5, 10]) responseRow(style, response_s);

function lagRow(style: FlightStyle, sources: number): void {
  const errors: number[] = [];
  const halves: number[] = [];
  const refused: Record<string, number> = {};
  let [in50, in90, in998, cpu_ms] = [0, 0, 0, 0];
  for (const seed of SEEDS) {
    const flight = instrumentFlight({ seed, style, sources, lag_s: seed % 8 });
    const before = process.cpuUsage();
    const lag = estimateLag(flight.track, { noise_ppm: flight.noise_ppm });
    cpu_ms += process.cpuUsage(before).user / 1000;
    if (lag.kind === 'refused') {
      refused[lag.reason] = (refused[lag.reason] ?? 0) + 1;
      continue;
    }
    const error = Math.abs(lag.lag_s - flight.delay_s);
    errors.push(error);
    halves.push(lag.half90_s);
    if (error <= HALF_OF_90 * lag.half90_s) in50++;
    if (error <= lag.half90_s) in90++;
    if (error <= lag.half998_s) in998++;
  }
  const percent = (count: number) => `${((100 * count) / errors.length).toFixed(0)} %`;
  const told = Object.entries(refused).map(([reason, count]) => `${reason} ${count}`);
  console.log(
    [
      `${style}, ${sources} source${sources === 1 ? '' : 's'}: found ${errors.length}/${FLIGHTS} (${told.join(', ')})`,
      `error median ${quantile(errors, 0.5)} s, p90 ${quantile(errors, 0.9)} s, largest ${quantile(errors, 1)} s`,
      `90 % half width median ${quantile(halves, 0.5)} s`,
      `held by 50, 90, 99.8 % interval: ${percent(in50)}, ${percent(in90)}, ${percent(in998)}`,
      `CPU ${(cpu_ms / FLIGHTS).toFixed(0)} ms`,
    ].join('; '),
  );
}

function responseRow(style: FlightStyle, response_s: number): void {
  const gains: number[] = [];
  for (const seed of SEEDS) {
    const flight = instrumentFlight({ seed, style, sources: 1, lag_s: 0, response_s });
    const { time_s, value_ppm } = flight.track;
    const sorted = value_ppm.slice().sort();
    const peak_ppm = sorted[sorted.length - 1]! - sorted[sorted.length >> 1]!;
    const undone = undoResponse({ time_s, value_ppm, noise_ppm: flight.noise_ppm, peak_ppm, response_s });
    if (undone === undefined) continue;
    const away = (values: Float64Array) =>
      values.reduce((sum, value, i) => sum + (undone.isUnknown[i] === 1 ? 0 : (value - flight.air_ppm[i]!) ** 2), 0);
    gains.push(away(undone.value_ppm) / away(value_ppm));
  }
  const worse = gains.filter((gain) => gain > 1).length;
  console.log(
    `${style}, ${response_s} s: undone in ${gains.length}/${FLIGHTS}; median ${quantile(gains, 0.5)}, p90 ${quantile(gains, 0.9)}; worse than kept in ${worse}`,
  );
}

function quantile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(2);
}
