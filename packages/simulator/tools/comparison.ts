/** Table of two sets of flights: quantity, reference, generated. */
import type { FlightStatistics, Pass } from '../src/flight-statistics.ts';

export interface ComparedRow {
  readonly quantity: string;
  readonly reference: number;
  readonly generated: number;
}

const BANDS = [
  [20, 60],
  [60, 100],
  [100, 150],
  [150, 200],
  [200, 300],
  [300, 500],
] as const;

export function compare(reference: readonly FlightStatistics[], generated: readonly FlightStatistics[]): ComparedRow[] {
  const row = (quantity: string, of: (set: readonly FlightStatistics[]) => number) => ({
    quantity,
    reference: of(reference),
    generated: of(generated),
  });
  const banded = (name: string, low: number, high: number, of: (passes: readonly Pass[]) => number) =>
    row(`${name}, ${low}-${high} m`, (set) =>
      of(set.flatMap(({ passes }) => passes).filter((p) => p.distance_m >= low && p.distance_m < high)),
    );
  const clean = (name: string, of: (legs: FlightStatistics['clean'][number][]) => number) =>
    row(name, (set) => of(set.flatMap((flight) => flight.clean)));
  const wind = (name: string, of: (legs: FlightStatistics['crosswind'][number][]) => number) =>
    row(name, (set) => of(set.flatMap((flight) => flight.crosswind)));
  return [
    ...BANDS.flatMap(([low, high]) => [
      banded('passes a flight', low, high, (p) => p.length),
      banded('width / sigma_v T, median', low, high, (p) =>
        quantile(
          p.map((q) => q.relativeWidth),
          0.5,
        ),
      ),
      banded('offset / sigma_v T, sd', low, high, (p) => spread(p.map((q) => q.relativeOffset))),
      banded('peak U / Q, median', low, high, (p) =>
        quantile(
          p.map((q) => q.peakUoverQ),
          0.5,
        ),
      ),
      banded(
        'integral, coefficient of variation',
        low,
        high,
        (p) => spread(p.map((q) => q.integralUoverQ)) / average(p.map((q) => q.integralUoverQ)),
      ),
      banded('ln roughness, median', low, high, (p) =>
        quantile(
          p.map((q) => q.lnRoughness),
          0.5,
        ),
      ),
    ]),
    row('width / sigma_v T, p10', (set) =>
      quantile(
        set.flatMap(({ passes }) => passes.map((p) => p.relativeWidth)),
        0.1,
      ),
    ),
    row('width / sigma_v T, p90', (set) =>
      quantile(
        set.flatMap(({ passes }) => passes.map((p) => p.relativeWidth)),
        0.9,
      ),
    ),
    clean('background drift over a leg, sd [ppb]', (legs) => 1000 * spread(legs.map((leg) => leg.drift_ppm))),
    clean('clean residual / noise, median', (legs) =>
      quantile(
        legs.map((leg) => leg.residualOverNoise),
        0.5,
      ),
    ),
    clean('clean residual / noise, p90', (legs) =>
      quantile(
        legs.map((leg) => leg.residualOverNoise),
        0.9,
      ),
    ),
    clean('clean residual lag-one correlation', (legs) =>
      quantile(
        legs.map((leg) => leg.lagOne),
        0.5,
      ),
    ),
    clean('background level, mean [ppm]', (legs) => average(legs.map((leg) => leg.level_ppm))),
    clean('background level, sd [ppb]', (legs) => 1000 * spread(legs.map((leg) => leg.level_ppm))),
    wind('crosswind sd on a leg / sigma_v, median', (legs) =>
      quantile(
        legs.map((leg) => leg.sdOverSigmaV),
        0.5,
      ),
    ),
    wind('crosswind sd on a leg / sigma_v, p10', (legs) =>
      quantile(
        legs.map((leg) => leg.sdOverSigmaV),
        0.1,
      ),
    ),
    wind('crosswind sd on a leg / sigma_v, p90', (legs) =>
      quantile(
        legs.map((leg) => leg.sdOverSigmaV),
        0.9,
      ),
    ),
    wind('crosswind lag-one correlation', (legs) =>
      quantile(
        legs.map((leg) => leg.lagOne),
        0.5,
      ),
    ),
  ];
}

export function formatComparison(
  reference: readonly FlightStatistics[],
  generated: readonly FlightStatistics[],
): string {
  const rows = compare(reference, generated).map(({ quantity, reference: a, generated: b }) => {
    const perFlight = quantity.startsWith('passes');
    const show = (value: number, flights: number) => (perFlight ? value / flights : value).toFixed(3).padStart(10);
    return `${quantity.padEnd(52)}${show(a, reference.length)}${show(b, generated.length)}`;
  });
  return [`${''.padEnd(52)}${'reference'.padStart(10)}${'generated'.padStart(10)}`, ...rows].join('\n');
}

function quantile(values: readonly number[], p: number): number {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  return sorted.length === 0 ? Number.NaN : sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}
const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const spread = (values: readonly number[]) => Math.sqrt(average(values.map((value) => (value - average(values)) ** 2)));
