/** What instruments do to a file, one by one: undone, bounded, excluded or refused, and always said. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instrumentFlight } from '../../numerics/test/instrument-flights.ts';
import { detect } from '../src/detect.ts';
import { type IngestedRecording, ingest, optionsOf } from '../src/ingest.ts';
import { bytesOf, faultsOf, flight, flightLines, OPTIONS, profile, withCell } from './ingest-support.ts';

const sim = profile('sim_flights');
const solvent = profile('plumeline-exercise');
const good = flightLines();
const codesOf = ({ recording }: IngestedRecording) => (recording.caveats ?? []).map(({ code }) => code);
const excludedOf = ({ recording }: IngestedRecording) => recording.excluded.map(({ code, count }) => [code, count]);

/** A sim_flights file in which the column of the gas is as given. */
function withGas(values: readonly (number | string)[], header = 'ch4_ppm'): string[] {
  const [head, ...rows] = flightLines(values.length);
  return [
    head!.replace('ch4_ppm', header),
    ...rows.map((row, i) => {
      const value = values[i]!;
      return row
        .split(',')
        .with(5, typeof value === 'number' ? value.toFixed(5) : value)
        .join(',');
    }),
  ];
}

/** Noise that repeats itself in every run of the tests, one-sigma about `size`. */
const noise = (i: number, size: number) =>
  size * (Math.sin(12.9898 * i) + Math.sin(78.233 * i) + Math.sin(37.719 * i)) * 0.8;
const read = (lines: string[], by = sim, options = {}) => ingest([flight(lines)], by, { ...OPTIONS, ...options })[0]!;

/** A simulated flight as a file of the sim_flights kind. */
function simulated(seed: number, lag_s: number): { lines: string[]; delay_s: number } {
  const { track, delay_s } = instrumentFlight({ seed, style: 'rotorcraft', sources: 1, lag_s });
  const rows = Array.from(track.time_s, (time, i) => {
    const lat = 24.8 + track.y_m[i]! / 111_195;
    const lon = -107.4 + track.x_m[i]! / (111_195 * Math.cos((24.8 * Math.PI) / 180));
    const cells = [lat.toFixed(7), lon.toFixed(7), '15', track.leg![i], track.value_ppm[i]!.toFixed(5)];
    const wind = [track.windEast_mps![i]!.toFixed(3), track.windNorth_mps![i]!.toFixed(3)];
    return [new Date(time * 1000).toISOString(), ...cells, ...wind].join(',');
  });
  return { lines: [good[0]!, ...rows], delay_s };
}

/** Seeds of the first flights from 5001 on whose legs tell the lag: most see a faint plume too seldom. */
const TELLING = [5005, 5006];

describe('lag', () => {
  const finding = profile('sim_flights', ['lag_s: 0', 'lag: find']);

  it.each(TELLING)('is found and taken off where the profile asks for it (seed %i)', (seed) => {
    const { lines, delay_s } = simulated(seed, 5);
    const one = read(lines, finding);
    expect(codesOf(one)).toContain('lag-found');
    expect(Math.abs(one.series.context.lag_s - delay_s)).toBeLessThan(2.5);
    expect(one.series.caveats).toEqual(one.recording.caveats);
    expect(excludedOf(one)[0]![0]).toBe('lag-tail');
    const [again] = ingest([flight(lines)], finding, optionsOf(one.recording));
    expect(again!.recording.id).toBe(one.recording.id);
    expect([...again!.series.moleFraction_ppm]).toEqual([...one.series.moleFraction_ppm]);
  });

  it.each(TELLING)(
    'is compared with the stated one otherwise: silent when right, a caveat when not (seed %i)',
    (seed) => {
      expect(codesOf(read(simulated(seed, 0).lines))).toEqual([]);
      const late = read(simulated(seed, 12).lines);
      expect(codesOf(late)).toEqual(['lag-disagrees']);
      expect(late.series.context.lag_s).toBe(0);
      const stated = profile('sim_flights', ['lag_s: 0', 'lag_s: 12']);
      expect(codesOf(read(simulated(seed, 12).lines, stated))).toEqual([]);
    },
  );

  it('below zero is a clock that is ahead, and is taken off too', () => {
    const { lines } = simulated(5006, 0);
    // The gas of ten seconds later stands beside each position: positions are behind.
    const cells = lines.slice(1).map((line) => line.split(','));
    const ahead = cells.slice(0, -10).map((row, i) => row.with(5, cells[i + 10]![5]!).join(','));
    const one = read([lines[0]!, ...ahead], finding);
    expect(codesOf(one)).toContain('clock-offset-found');
    expect(Math.abs(one.series.context.lag_s + 9.5)).toBeLessThan(2.5);
    expect(one.recording.excluded).toMatchObject([{ code: 'lag-tail', firstRow: 2 }]);
  });

  it('that the legs do not tell is refused with the reason where nobody states one and gas was seen', () => {
    // A stretch about the strongest crossing sees the plume too seldom.
    const { lines } = simulated(5006, 3);
    const gas = lines.slice(1).map((line) => Number(line.split(',')[5]));
    const peak = gas.indexOf(Math.max(...gas)) + 1;
    const around = [lines[0]!, ...lines.slice(Math.max(1, peak - 70), peak + 70)];
    expect(faultsOf([flight(around)], finding)).toMatchObject([
      {
        code: 'lag-unknown',
        message: expect.stringContaining('fewer than three runs'),
        remedy: expect.stringContaining('lag_s'),
      },
    ]);
    const oneWay = withGas(
      Array.from({ length: 200 }, (_, i) => 2 + noise(i, 0.002) + 0.5 * Math.exp(-(((i - 90) / 6) ** 2))),
    );
    const one = read(oneWay, finding);
    // One straight line there is nothing to compare with; without opposite runs no plume counts as seen twice.
    expect(one.recording.caveats).toMatchObject([{ code: 'lag-not-found', params: { reason: 'no-opposite-runs' } }]);
  });

  it('falls back on the stated one, and says so', () => {
    const both = profile('sim_flights', ['lag_s: 0', 'lag_s: 2\n  lag: find']);
    const one = read(good, both);
    expect(one.recording.caveats).toMatchObject([{ code: 'lag-not-found', params: { used_s: 2 } }]);
    expect(one.series.context.lag_s).toBe(2);
  });

  it('is never taken off over a hole: the row has no reading', () => {
    const lagged = profile('sim_flights', ['lag_s: 0', 'lag_s: 2.5']);
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 80 }), fc.integer({ min: 3, max: 9 }), (at, lost) => {
        const one = read(good.toSpliced(at, lost), lagged);
        const left = one.recording.excluded.reduce((sum, { count }) => sum + count, 0);
        expect(one.series.count + left).toBe(100 - lost);
        expect(Object.fromEntries(excludedOf(one))).toEqual({ 'lag-gap': 3, 'lag-tail': 3 });
        expect(one.recording.caveats).toMatchObject([{ code: 'dropouts', params: { count: 1, lost_s: lost } }]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('response', () => {
  const slow = profile('sim_flights', ['lag_s: 0', 'lag_s: 0\n  response_s: 4']);
  const plume = (i: number) => (i > 60 && i < 72 ? 3 : 0);
  const k = Math.exp(-1 / 4);
  const shown = (size: number) => {
    let y = 2;
    return Array.from({ length: 140 }, (_, i) => {
      y = k * y + (1 - k) * (2 + plume(i));
      return y + noise(i, size);
    });
  };

  it('is undone where the noise allows, and said', () => {
    const one = read(withGas(shown(0.001)), slow);
    expect(codesOf(one)).toContain('response-undone');
    expect(one.series.context.response_s).toBeUndefined();
    expect(Math.max(...one.series.moleFraction_ppm)).toBeCloseTo(5, 1);
    expect(excludedOf(one)).toEqual([['response-start', 1]]);
    expect(one.series.context.noise_ppm).toBeGreaterThan(0.001);
  });

  it('is kept otherwise, counted as lag, and said', () => {
    const one = read(withGas(shown(0.25)), slow);
    expect(one.recording.caveats).toContainEqual({ code: 'response-kept', params: { response_s: 4, reason: 'noise' } });
    expect(one.series.context).toMatchObject({ response_s: 4, lag_s: 4 });
  });

  it('is kept where readings are bounds', () => {
    const capped = profile('sim_flights', ['lag_s: 0', 'lag_s: 0\n  response_s: 4\n  ceiling_ppm: 3.5']);
    const one = read(withGas(shown(0.001).map((value) => Math.min(3.5, value))), capped);
    expect(one.recording.caveats).toContainEqual(
      expect.objectContaining({ params: { response_s: 4, reason: 'bounded-readings' } }),
    );
  });
});

describe('saturation', () => {
  const plume = (i: number) => 2 + noise(i, 0.002) + 40 * Math.exp(-(((i - 60) / 8) ** 2));
  const capped = withGas(Array.from({ length: 120 }, (_, i) => Math.min(20, plume(i))));

  it.each([
    ['declared', profile('sim_flights', ['lag_s: 0', 'lag_s: 0\n  ceiling_ppm: 20']), []],
    ['found', sim, ['ceiling-suspected']],
  ])('%s: such readings say "at least", and so does the detection', (_, by, codes) => {
    const one = read(capped, by);
    expect(codesOf(one)).toEqual(codes);
    const { bound, moleFraction_ppm } = one.series;
    for (let i = 0; i < one.series.count; i++) expect(bound![i]).toBe(moleFraction_ppm[i] === 20 ? 1 : 0);
    expect(bound!.filter((each) => each === 1).length).toBeGreaterThan(5);
    expect(detect(one)).toMatchObject([{ peakIsAtLeast: true }]);
  });

  it('is not seen in a plume that is merely high', () => {
    const one = read(withGas(Array.from({ length: 120 }, (_, i) => plume(i))));
    expect(one.series.bound).toBeUndefined();
    expect(detect(one)[0]).not.toHaveProperty('peakIsAtLeast');
  });
});

describe('censored readings', () => {
  const limited = profile('plumeline-exercise', ['lag_s: 2', 'lag_s: 0\n  detectionLimit_ppm: 0.5']);
  const plume = (i: number) => noise(i, 0.05) + 6 * Math.exp(-(((i - 60) / 6) ** 2));
  const values = Array.from({ length: 120 }, (_, i) => plume(i));
  const written = (below: (value: number) => number | string) =>
    withGas(
      values.map((value) => (value < 0.5 ? below(value) : value)),
      'acetone_ppm',
    );
  const marked = profile('plumeline-exercise', [
    'lag_s: 2',
    'lag_s: 0\n  detectionLimit_ppm: 0.5\n  censored: { below: [BDL], above: [OVER] }\n  ceiling_ppm: 90',
  ]);

  it.each([
    ['<0.5', written(() => '<0.5'), limited],
    ['BDL', written(() => 'BDL'), marked],
    ['zero', written(() => 0), limited],
    ['the limit itself', written(() => 0.5), limited],
  ])('written as %s are "at most" the limit, the same whichever way they are written', (_, lines, by) => {
    const one = read(lines, by);
    const { bound, moleFraction_ppm } = one.series;
    values.forEach((value, i) => {
      expect(bound![i]).toBe(value < 0.5 ? -1 : 0);
      expect(moleFraction_ppm[i]).toBeCloseTo(value < 0.5 ? 0.5 : value, 4);
    });
    const found = detect(one);
    expect(found).toHaveLength(1);
    // The background lies anywhere below the limit: its doubt is part of the peak's.
    expect(found[0]!.peakEnhancementSd_ppm).toBeGreaterThan(0.1);
    expect(found[0]!.peakEnhancement_ppm).toBeLessThan(6.2);
  });

  it('never are detections, wherever they stand', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(119), { minLength: 1, maxLength: 60 }), (rows) => {
        const one = read(
          withGas(
            values.map((_, i) => (rows.includes(i) ? '<90' : 0.6 + noise(i, 0.01))),
            'acetone_ppm',
          ),
          limited,
        );
        expect(one.series.count).toBe(120);
        expect(detect(one)).toEqual([]);
        expect(one.series.bound!.filter((each) => each === -1)).toHaveLength(rows.length);
      }),
      { numRuns: 40 },
    );
  });

  it('zeros among readings below the limit are zeros', () => {
    const one = read(
      withGas(
        values.map((value, i) => (i === 3 ? 0 : Math.abs(value) + 0.01)),
        'acetone_ppm',
      ),
      limited,
    );
    expect(one.series.bound).toBeUndefined();
    expect(one.series.moleFraction_ppm[3]).toBe(0);
  });

  it('above a ceiling are "at least" it', () => {
    const one = read(written(() => 'BDL').with(62, good[62]!.split(',').with(5, 'OVER').join(',')), marked);
    expect([one.series.bound![61], one.series.moleFraction_ppm[61]]).toEqual([1, 90]);
    expect(read(withGas([...values.slice(0, 119), '>40'], 'acetone_ppm'), marked).series.bound![119]).toBe(1);
  });

  it('are refused where nobody states the limit they are below', () => {
    const unknown = profile('plumeline-exercise', ['lag_s: 2', 'lag_s: 0\n  censored: { below: [BDL] }']);
    expect(faultsOf([flight(written(() => 'BDL'))], unknown)[0]).toMatchObject({
      code: 'detection-limit-missing',
      place: { row: 2 },
      remedy: expect.stringContaining('detectionLimit_ppm'),
    });
    expect(faultsOf([flight(written(() => 'BDL'))], limited)[0]).toMatchObject({ code: 'value-not-number' });
  });
});

describe('readings about zero', () => {
  const noisy = profile('plumeline-exercise', ['lag_s: 2', 'lag_s: 0'], ['\n  lowest_ppm: -1', '']);
  const scatter = (level: number) =>
    withGas(
      Array.from({ length: 150 }, (_, i) => level + noise(i, 0.05)),
      'acetone_ppm',
    );

  it('are kept when negative: clipped, noise would look like gas', () => {
    const one = read(scatter(0), noisy);
    expect(one.series.moleFraction_ppm.some((value) => value < 0)).toBe(true);
    expect([one.series.count, codesOf(one)]).toEqual([150, []]);
  });

  it('are refused when further below than noise reaches, unless the profile allows it, and then said', () => {
    expect(
      faultsOf([flight(scatter(0).with(40, withGas(Array(40).fill(-2), 'acetone_ppm')[40]!))], noisy),
    ).toMatchObject([{ code: 'concentration-range', place: { row: 41 } }]);
    expect(read(scatter(-0.4), solvent).recording.caveats).toMatchObject([
      { code: 'baseline-negative', params: { median_ppm: expect.closeTo(-0.4, 1) } },
    ]);
  });

  it('are refused for a gas that clean air holds: a zero is no reading', () => {
    expect(faultsOf([flight(withCell(good, 44, 'ch4_ppm', '0'))], sim)).toMatchObject([
      { code: 'concentration-below-clean-air', place: { row: 44, column: 'ch4_ppm' } },
    ]);
  });

  it('repeated are said for a gas that clean air does not hold', () => {
    const quiet = profile('plumeline-exercise', ['lag_s: 2', 'lag_s: 0'], ['\n  stuckAfter_samples: 1000000', '']);
    const lines = withGas(
      Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1 + noise(i, 0.01))),
      'acetone_ppm',
    );
    expect(read(lines, quiet).recording.caveats).toMatchObject([{ code: 'zeros-repeated', params: { count: 100 } }]);
  });
});

describe('rows written twice', () => {
  it('are used once and recorded: one row, or a buffer of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 99 }), fc.integer({ min: 1, max: 20 }), (at, many) => {
        const from = Math.max(1, at - many);
        const one = read(good.toSpliced(at, 0, ...good.slice(from, at)));
        expect(excludedOf(one)).toEqual([['row-repeated', at - from]]);
        expect([...one.series.moleFraction_ppm]).toEqual([...read(good).series.moleFraction_ppm]);
      }),
      { numRuns: 40 },
    );
  });

  it('are refused when they contradict each other', () => {
    const other = withCell(good, 30, 'ch4_ppm', '2.11111')[29]!;
    expect(faultsOf([flight(good.toSpliced(30, 0, other))], sim)).toMatchObject([
      { code: 'time-duplicate', place: { row: 31 } },
    ]);
  });
});

describe('a stuck sensor', () => {
  const series = (step: number, sigma: number, count = 400) =>
    Array.from({ length: count }, (_, i) => Math.round((2 + noise(i, sigma)) / step) * step);

  it('is noticed after few readings where the resolution shows the noise', () => {
    const values = series(1e-5, 0.003);
    values.fill(values[200]!, 200, 220);
    expect(faultsOf([flight(withGas(values))], sim)[0]).toMatchObject({ code: 'sensor-stuck', place: { row: 202 } });
    const one = read(withGas(values), sim, { onBadRow: 'exclude' });
    expect(excludedOf(one)).toEqual([['sensor-stuck', 20]]);
  });

  it('is not suspected where the resolution hides it', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.005, max: 0.05, noNaN: true }),
        fc.double({ min: 0.4, max: 2, noNaN: true }),
        (step, sigmas) => {
          expect(faultsOf([flight(withGas(series(step, sigmas * step)))], sim)).toEqual([]);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('is one that never changes at all', () => {
    expect(faultsOf([flight(withGas(Array(100).fill(2)))], sim)[0]).toMatchObject({
      code: 'sensor-stuck',
      place: { row: 2 },
    });
  });
});

describe('units that jump', () => {
  it('are refused row by row where the file goes over to ppb', () => {
    const values = Array.from({ length: 200 }, (_, i) => (i < 120 ? 1 : 1000) * (2 + noise(i, 0.003)));
    const faults = faultsOf([flight(withGas(values))], sim);
    expect(faults[0]).toMatchObject({
      code: 'unit-jump',
      place: { row: 122 },
      remedy: expect.stringContaining('Convert'),
    });
    expect(faults.every(({ code }) => code === 'unit-jump')).toBe(true);
  });
});

describe('a wind that samples do not carry', () => {
  const uav = profile('uav_so2_vulcano2022');
  const header = 'time,duration / s,Lat,Lon,temperature / C,pressure / hPa,humidity / %,CO2 / ppm,SO2 / ppm';
  const rows = Array.from(
    { length: 30 },
    (_, i) =>
      `12:00:${String(2 * i).padStart(2, '0')},${i},38.4${100 + i},14.9533,16,${1010 - i},35,500,${(0.1 * (i % 7)).toFixed(2)}`,
  );
  const file = flight([header, ...rows.slice(0, 30)], 'day_original_save.txt');
  const options = { ...OPTIONS, date: '2022-09-10' };
  const facts = (text: string) => ({ name: 'day_original_save.facts.json', bytes: bytesOf(text) });

  it('is absent with its reason', () => {
    const [{ series }] = ingest([file], uav, options) as [IngestedRecording];
    expect(series.context.windAbsentReason).toBe(uav.wind.absent);
    expect(series.context.wind).toBeUndefined();
  });

  it('may be stated when processing, or beside the flight; the first is believed, and both read again alike', () => {
    const told = facts('{"wind": {"from_deg": 300, "speed_mps": 4, "heightAgl_m": 10}}');
    const wind = { from_deg: 90, speed_mps: 3, heightAgl_m: 2 };
    for (const [given, expected] of [
      [{}, { from_deg: 300, speed_mps: 4, heightAgl_m: 10 }],
      [{ wind }, wind],
    ] as const) {
      const [one] = ingest([file, told], uav, { ...options, ...given }) as [IngestedRecording];
      expect(one.series.context.wind).toEqual(expected);
      expect(one.series.context).not.toHaveProperty('windAbsentReason');
      const [again] = ingest([file], uav, optionsOf(one.recording)) as [IngestedRecording];
      expect(again.recording.id).toBe(one.recording.id);
      expect(again.series.context).toEqual(one.series.context);
    }
  });

  it('is refused where it cannot be one, or the samples carry their own', () => {
    expect(
      faultsOf([file, facts('{"wind": {"from_deg": 400, "speed_mps": 4, "heightAgl_m": 10}}')], uav, {
        date: '2022-09-10',
      }),
    ).toMatchObject([{ code: 'operator-fact', place: { column: 'wind' } }]);
    const wind = { from_deg: 90, speed_mps: 3, heightAgl_m: 2 };
    expect(faultsOf([flight(good)], sim, { wind })).toMatchObject([{ code: 'wind-stated-twice' }]);
  });
});

describe('positions and gas of two loggers', () => {
  const twoFiles = (offset: string) =>
    profile(
      'sim_flights',
      [
        'leg: { column: leg }\n',
        `tables:\n  - { name: track, files: ["track.csv"], key: time_utc, nearest_s: 0.6${offset} }\n`,
      ],
      ['lat: { column: lat, unit: deg }', 'lat: { column: lat, unit: deg, table: track }'],
      ['lon: { column: lon, unit: deg }', 'lon: { column: lon, unit: deg, table: track }'],
    );
  const cells = good.map((line) => line.split(','));
  const gas = flight(cells.map((row) => [row[0], ...row.slice(3)].join(',')));
  /** The track's clock is ahead by so much. */
  const track = (ahead_s: number, rows = cells) => ({
    name: 'track.csv',
    bytes: bytesOf(
      rows
        .map(([time, lat, lon], i) => {
          const shown = i === 0 ? time : new Date(Date.parse(time!) + 1000 * ahead_s).toISOString();
          return [shown, lat, lon].join(',');
        })
        .join('\n'),
    ),
  });
  const plain = read(good).series;
  const latitudes = (files: Parameters<typeof ingest>[0], by = twoFiles('')) => [
    ...ingest(files, by, OPTIONS)[0]!.series.lat_deg,
  ];

  it('are joined by the nearest time', () => {
    expect(latitudes([gas, track(0.3)])).toEqual([...plain.lat_deg]);
  });

  it('and by the offset of their clocks where it is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: -500, max: 500 }), (ahead_s) => {
        expect(latitudes([gas, track(ahead_s)], twoFiles(`, clockOffset_s: ${ahead_s}`))).toEqual([...plain.lat_deg]);
      }),
      { numRuns: 15 },
    );
  });

  it('and refused where no row is near enough, or a time cannot be read', () => {
    expect(faultsOf([gas, track(-30)], twoFiles(''))[0]).toMatchObject({ code: 'join-missing', place: { row: 72 } });
    const broken = cells.map((row, i) => (i === 7 ? ['soon', ...row.slice(1)] : row));
    const bytes = bytesOf(broken.map((row) => row.slice(0, 3).join(',')).join('\n'));
    expect(faultsOf([gas, { name: 'track.csv', bytes }], twoFiles(''))).toContainEqual(
      expect.objectContaining({ code: 'time-invalid', place: { file: 'track.csv', row: 8, column: 'time_utc' } }),
    );
  });

  it('need a tolerance with an offset', () => {
    expect(() => profile('prairie_grass', ['    key: run\n', '    key: run\n    clockOffset_s: 3\n'])).toThrow(
      /nearest_s/,
    );
  });
});
