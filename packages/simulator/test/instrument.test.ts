import { describe, expect, it } from 'vitest';
import { backgroundSeries, type GasInstrument, readGas, readWind, recordedMask, respond } from '../src/instrument.ts';
import { randomFrom } from '../src/random.ts';

const GAS: GasInstrument = {
  noise_ppm: 0.01,
  lag_s: 3,
  response_s: 2,
  detectionLimit_ppm: 0,
  dropoutsPerHour: 6,
  dropoutLength_s: 8,
};

describe('gas analyser', () => {
  it('shows a pulse late by the lag and drawn out by the response, with its integral kept', () => {
    const pulse = new Float64Array(60);
    pulse[20] = 1;
    const shown = respond(pulse, GAS);
    expect(shown.findIndex((value) => value > 0)).toBe(23);
    expect(shown.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    expect(shown[25] / shown[23]).toBeCloseTo(Math.exp(-1), 9);
  });

  it('shows the air itself without lag and response', () => {
    const values = Float64Array.of(1, 3, 2);
    expect(respond(values, { ...GAS, lag_s: 0, response_s: 0 })).toEqual(values);
  });

  it('has the noise it states and censors at its limit', () => {
    const flat = new Float64Array(20_000).fill(2);
    const read = readGas(flat, GAS, randomFrom(1));
    const sd = Math.sqrt(read.reduce((sum, value) => sum + (value - 2) ** 2, 0) / read.length);
    expect(Math.abs(sd / 0.01 - 1)).toBeLessThan(0.02);
    const low = readGas(new Float64Array(1000), { ...GAS, detectionLimit_ppm: 0.005 }, randomFrom(1));
    expect(Math.min(...low)).toBe(0.005);
    expect(low.filter((value) => value > 0.005).length).toBeGreaterThan(200);
  });

  it('drops out as often and as long as stated', () => {
    const hours = 100;
    const mask = recordedMask(GAS, randomFrom(2), hours * 3600);
    let gaps = 0;
    mask.forEach((value, i) => {
      if (value === 0 && (i === 0 || mask[i - 1] === 1)) gaps++;
    });
    expect(Math.abs(gaps - 6 * hours)).toBeLessThan(4 * Math.sqrt(6 * hours) + 30);
    const lost = mask.filter((value) => value === 0).length;
    expect(lost / gaps).toBeGreaterThan(8);
    expect(lost / gaps).toBeLessThan(12);
    expect(recordedMask({ ...GAS, dropoutsPerHour: 0 }, randomFrom(2), 3600)).not.toContain(0);
  });
});

describe('background', () => {
  it('steps, drifts and climbs as told', () => {
    const quiet = { level_ppm: 2, driftSd_ppm: 0, driftTime_s: 300, trend_ppmps: 1e-5, stepsPerHour: 0, stepSd_ppm: 0 };
    const climb = backgroundSeries(quiet, randomFrom(1), 1001);
    expect(climb[1000] - climb[0]).toBeCloseTo(0.01, 9);
    const stepped = backgroundSeries(
      { ...quiet, trend_ppmps: 0, stepsPerHour: 3, stepSd_ppm: 0.05 },
      randomFrom(1),
      7200,
    );
    const largest = stepped.reduce((top, value, i) => Math.max(top, i < 60 ? 0 : Math.abs(value - stepped[i - 60])), 0);
    expect(largest).toBeGreaterThan(0.01);
  });
});

describe('wind sensor', () => {
  it('is biased for the whole flight, and its airspeed error turns over with the heading', () => {
    const n = 4000;
    const heading = Float64Array.from({ length: n }, (_, i) => (i % 200 < 100 ? 0 : Math.PI));
    const truth = { east: new Float64Array(n).fill(3), north: new Float64Array(n).fill(4), heading };
    const sensor = { noise_mps: 0.3, biasSd_mps: 0.5, slowSd_mps: 0, slowTime_s: 100, headingErrorSd_mps: 0.5 };
    const read = readWind(truth, sensor, randomFrom(9));
    const mean = (values: Float64Array, pick: (i: number) => boolean) => {
      const chosen = values.filter((_, i) => pick(i));
      return chosen.reduce((sum, value) => sum + value, 0) / chosen.length;
    };
    const error = 4 * (0.3 / Math.sqrt(n / 2));
    const halves = [mean(read.north, (i) => heading[i] === 0) - 4, mean(read.north, (i) => heading[i] > 0) - 4];
    expect(Math.abs(halves[0] - halves[1])).toBeGreaterThan(error);
    const east = [mean(read.east, (i) => heading[i] === 0) - 3, mean(read.east, (i) => heading[i] > 0) - 3];
    expect(Math.abs(east[0] - east[1])).toBeLessThan(2 * error);
    expect(Math.abs(east[0])).toBeGreaterThan(error);
  });
});
