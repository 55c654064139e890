import { describe, expect, it } from 'vitest';
import { type FlightInput, locateOverFlights } from '../src/index.ts';
import { AREA, CONDITIONS, flightOver, type Source } from './support/flight-over.ts';

const SOURCE: Source = { x_m: -60, y_m: 40, rate_kgph: 8 };
const OTHER: Source = { x_m: 90, y_m: -130, rate_kgph: 10 };

const over = (sources: readonly Source[], seed: number): FlightInput => ({
  samples: flightOver(sources, seed),
  conditions: CONDITIONS,
});
const off = ({ mean }: { mean: { x_m: number; y_m: number } }, source: Source) =>
  Math.hypot(mean.x_m - source.x_m, mean.y_m - source.y_m);
/** Area of the smallest set of cells that holds 90 % [m2]. */
function area90({ raster }: { raster: { mass: Float64Array; cell_m: number } }): number {
  const sorted = Float64Array.from(raster.mass).sort().reverse();
  let held = 0;
  let cells = 0;
  while (held < 0.9) held += sorted[cells++]!;
  return cells * raster.cell_m ** 2;
}

describe('several flights on one grid', () => {
  it('say more together than either alone', () => {
    const flights = [over([SOURCE], 21), over([SOURCE], 22)];
    const alone = flights.map((flight) => locateOverFlights([flight], AREA).sources[0]!);
    const together = locateOverFlights(flights, AREA);
    expect(together.sources).toHaveLength(1);
    expect(together.flights).toHaveLength(2);
    expect(off(together.sources[0]!, SOURCE)).toBeLessThan(30);
    expect(area90(together.sources[0]!)).toBeLessThan(Math.min(...alone.map(area90)));
    expect(together.lnBayesFactor).toBeGreaterThan(Math.max(...alone.map(({ lnBayesFactor }) => lnBayesFactor)));
    expect(new Set(together.sources[0]!.passes.map(({ flight }) => flight))).toEqual(new Set([0, 1]));
  }, 60_000);

  it('keep a source that was off during one of them', () => {
    const [on, quiet] = [over([SOURCE], 23), over([], 24)];
    const [found] = locateOverFlights([on, quiet], AREA).sources;
    expect(found).toBeDefined();
    expect(off(found!, SOURCE)).toBeLessThan(45);
    expect(locateOverFlights([quiet, over([], 25)], AREA).sources).toHaveLength(0);
  }, 60_000);
});

describe('a registered source', () => {
  it('is not found again, and another beside it is', () => {
    const both = over([SOURCE, OTHER], 26);
    const known = [OTHER];
    const { sources } = locateOverFlights([both], AREA, { known });
    expect(sources).toHaveLength(1);
    expect(off(sources[0]!, SOURCE)).toBeLessThan(45);
    const only = locateOverFlights([over([OTHER], 27)], AREA, { known });
    expect(only.sources).toHaveLength(0);
    expect(locateOverFlights([over([OTHER], 27)], AREA).sources).toHaveLength(1);
  }, 60_000);
});

describe('a source of unknown height', () => {
  const HEIGHTS = [
    { height_m: 1.5, weight: 0.5 },
    { height_m: 30, weight: 0.5 },
  ];
  const flight = over([SOURCE], 31);

  it('is judged as the mean of the heights: a certain one changes nothing, a doubtful one widens the rate', () => {
    const [stated] = locateOverFlights([flight], AREA).sources;
    const certain = { ...CONDITIONS, sourceHeights: [{ height_m: CONDITIONS.sourceHeight_m, weight: 1 }] };
    const [same] = locateOverFlights([{ ...flight, conditions: certain }], AREA).sources;
    expect(same!.lnBayesFactor).toBeCloseTo(stated!.lnBayesFactor, 6);
    const doubtful = { ...CONDITIONS, sourceHeights: HEIGHTS };
    const [open] = locateOverFlights([{ ...flight, conditions: doubtful }], AREA).sources;
    expect(open!.rate.p95 / open!.rate.p05).toBeGreaterThan((stated!.rate.p95 / stated!.rate.p05) * 0.95);
    expect(off(open!, SOURCE)).toBeLessThan(60);
  }, 60_000);
});

describe('what each pass says', () => {
  const flight = over([SOURCE], 28);
  const [found] = locateOverFlights([flight], AREA).sources;

  it('speaks for the source where its plume was crossed and says nothing upwind', () => {
    const reached = found!.passes.filter(({ expected }) => expected !== undefined);
    const silent = found!.passes.filter(({ expected }) => expected === undefined);
    expect(reached.length).toBeGreaterThan(2);
    expect(silent.length).toBeGreaterThan(0);
    expect(Math.max(...reached.map(({ lnFor }) => lnFor))).toBeGreaterThan(3);
    expect(Math.max(...silent.map(({ lnFor }) => Math.abs(lnFor)))).toBeLessThan(1.5);
    for (const { expected } of reached) {
      expect(expected!.range_m).toBeGreaterThan(0);
      expect(expected!.peak_ppm).toBeGreaterThan(0);
    }
  });

  it('is not heard where its samples are set aside', () => {
    const strongest = found!.passes.reduce((best, word) => (word.lnFor > best.lnFor ? word : best));
    const { samples } = flight;
    const aside = Uint8Array.from(samples.leg!, (leg) => (leg === samples.leg![68 * strongest.pass] ? 1 : 0));
    const [without] = locateOverFlights([{ ...flight, samples: { ...samples, aside } }], AREA).sources;
    expect(without!.lnBayesFactor).toBeLessThan(found!.lnBayesFactor);
    expect(Math.abs(without!.passes[strongest.pass]!.lnFor)).toBeLessThan(1e-5);
  });
});

describe('the joint posterior', () => {
  it('holds place and rate together: their margins are those stated', () => {
    const [found] = locateOverFlights([over([SOURCE], 29)], AREA).sources;
    const { places, rateMass, mean } = found!;
    expect(places.reduce((sum, { mass }) => sum + mass, 0)).toBeCloseTo(1, 1);
    const x = places.reduce((sum, place) => sum + place.mass * place.x_m, 0);
    expect(Math.abs(x - mean.x_m)).toBeLessThan(10);
    const margin = rateMass.map((_, q) => places.reduce((sum, place) => sum + place.mass * place.rateMass[q]!, 0));
    for (const [q, mass] of margin.entries()) expect(Math.abs(mass - rateMass[q]!)).toBeLessThan(0.03);
  });
});
