import { geodesicBetween } from '@plumeline/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ingest, optionsOf } from '../src/ingest.ts';
import { bytesOf, faultsOf, flight, flightLines, OPTIONS, profile } from './ingest-support.ts';

const sim = profile('sim_flights');
const good = flightLines();
const textOf = (value: unknown) =>
  JSON.stringify(value, (_, entry) => (ArrayBuffer.isView(entry) ? [...(entry as Float64Array)] : entry));

describe('a good flight', () => {
  const [{ recording, series }] = ingest([flight(good)], sim, OPTIONS);

  it('is a recording that names its bytes, its profile and the software', () => {
    expect(recording).toMatchObject({
      kind: 'recording',
      id: expect.stringMatching(/^rec-[0-9a-f]{20}$/),
      name: 'f1_1',
      substance: 'methane',
      exercise: true,
      startAt: '2025-02-03T17:00:00.000Z',
      endAt: '2025-02-03T17:01:39.000Z',
      sampleCount: 100,
      excluded: [],
      provenance: { derivedFrom: [], software: 'plumeline test', profile: { name: 'sim_flights', digest: sim.digest } },
    });
    expect(recording.provenance.objects).toEqual(recording.files.map(({ digest }) => digest));
    expect(recording.extent[1]).toBeCloseTo(24.8, 7);
  });

  it('has samples in the units and wind convention of core', () => {
    expect(series.time_s[1] - series.time_s[0]).toBe(1);
    expect([series.windEast_mps![0], series.windNorth_mps![0]]).toEqual([3, -1.5]);
    expect([series.heightAgl_m[0], series.leg![0], series.leg![99]]).toEqual([12.5, 0, 1]);
    expect(series.source.row[0]).toBe(2);
    expect(series.context).toMatchObject({ lag_s: 0, averaging_s: 1, roughness_m: 0.05 });
  });

  it('keeps the same id for the same bytes, and another for other bytes, profile, software or exercise', () => {
    const idOf = (lines: string[], by = sim, options = OPTIONS) => ingest([flight(lines)], by, options)[0].recording.id;
    const real = profile('sim_flights', ['exercise: true', 'exercise: false']);
    const ids = [
      recording.id,
      idOf(good.toSpliced(100, 1)),
      idOf(good, real),
      idOf(good, real, { ...OPTIONS, exercise: true }),
      idOf(good, sim, { ...OPTIONS, software: 'plumeline 2' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(idOf(good)).toBe(recording.id);
  });

  it('carries the exercise flag of its profile whatever is asked', () => expect(recording.exercise).toBe(true));
});

describe('operator facts', () => {
  const truth = (rate: number, extra = {}) => ({
    name: 'f1_1.truth.json',
    bytes: bytesOf(
      JSON.stringify({
        noise_ppm: 0.02,
        area: [
          [-107.41, 24.79],
          [-107.39, 24.81],
        ],
        sources: [{ lat: 24.8, lon: -107.4, rate_kgph: rate }],
        ...extra,
      }),
    ),
  });

  it('reach the context, and the truth beside them never does: the ingest is byte-identical whatever it says', () => {
    const base = ingest([flight(good), truth(7)], sim, OPTIONS);
    expect(base[0].series.context).toMatchObject({ noise_ppm: 0.02, searchArea: [-107.41, 24.79, -107.39, 24.81] });
    expect(base[0].recording.files.map(({ name }) => name)).toEqual(['f1_1.csv']);
    fc.assert(
      fc.property(fc.double(), fc.jsonValue(), (rate, sources) => {
        expect(textOf(ingest([flight(good), truth(rate, { sources, anything: sources })], sim, OPTIONS))).toBe(
          textOf(base),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('are optional, but a profile may require them', () => {
    expect(faultsOf([flight(good)], sim)).toEqual([]);
    const strict = profile('sim_flights', ['"{stem}.truth.json" }', '"{stem}.truth.json", required: true }']);
    expect(faultsOf([flight(good)], strict)).toMatchObject([{ code: 'sidecar-missing', place: { file: 'f1_1.csv' } }]);
  });

  it('are found in the folder above too, as an exercise has them', () => {
    const exercise = profile('plumeline-exercise');
    const briefing = {
      name: 'briefing.json',
      bytes: bytesOf(JSON.stringify({ noise_ppm: 0.01, instrument: { lag_s: 3 } })),
    };
    const [{ series }] = ingest([flight(good, 'flights/a.csv'), briefing], exercise, OPTIONS);
    expect(series.context).toMatchObject({ noise_ppm: 0.01, lag_s: 3 });
  });
});

describe('reading a stored recording again', () => {
  it('gives the same recording from its kept files and its own settings', () => {
    const briefing = {
      name: 'briefing.json',
      bytes: bytesOf(JSON.stringify({ noise_ppm: 0.01, instrument: { lag_s: 3 } })),
    };
    const exercise = profile('plumeline-exercise');
    const file = flight(good.with(40, 'garbage'), 'a.csv');
    const only = [{ column: 'leg', value: '1' }];
    const [first] = ingest([file, briefing], exercise, { ...OPTIONS, only, onBadRow: 'exclude' });
    expect(first.recording.files).toHaveLength(1);
    const [again] = ingest([file], exercise, optionsOf(first.recording));
    expect(textOf(again)).toBe(textOf(first));
  });
});

describe('wind conventions', () => {
  const lines = ['t,lat,lon,h,ppm,dd,ff', '0,24.8,-107.4,10,1.9,90,5', '1,24.8,-107.4,10,1.91,0,2'];
  const by = (convention: string) =>
    profile(
      'sim_flights',
      ['columns: [time_utc]', 'columns: [t]'],
      ['format: iso', 'format: unix_s'],
      ['column: height_agl_m', 'column: h'],
      ['column: ch4_ppm', 'column: ppm'],
      ['components to', convention],
      ['east: { column: wind_east_to_mps, unit: m/s }', 'direction: { column: dd, unit: deg }'],
      ['north: { column: wind_north_to_mps, unit: m/s }', 'speed: { column: ff, unit: kn }'],
      ['leg: { column: leg }\n', ''],
    );
  const knot = 1852 / 3600;
  it.each([
    ['compass from', -5 * knot, -2 * knot],
    ['compass to', 5 * knot, 2 * knot],
  ])('%s: an east wind of 5 kn, then a north wind of 2 kn', (convention, east, north) => {
    const [{ series }] = ingest([flight(lines)], by(convention), OPTIONS);
    expect(series.windEast_mps![0]).toBeCloseTo(east, 12);
    expect(series.windNorth_mps![0]).toBeCloseTo(0, 12);
    expect(series.windNorth_mps![1]).toBeCloseTo(north, 12);
  });
  it('components from turn round', () => {
    const from = profile('sim_flights', ['components to', 'components from']);
    const [{ series }] = ingest([flight(good)], from, OPTIONS);
    expect([series.windEast_mps![0], series.windNorth_mps![0]]).toEqual([-3, 1.5]);
  });
});

describe('lag along a track', () => {
  it('puts each reading where its air was, and excludes the end that has no reading yet', () => {
    const lagged = profile('sim_flights', ['lag_s: 0', 'lag_s: 2.5']);
    const plain = ingest([flight(good)], sim, OPTIONS)[0].series;
    const [{ series, recording }] = ingest([flight(good)], lagged, OPTIONS);
    expect(series.count).toBe(97);
    expect(recording.excluded).toMatchObject([{ code: 'lag-tail', count: 3, firstRow: 99, lastRow: 101 }]);
    expect(series.lat_deg[10]).toBe(plain.lat_deg[10]);
    expect(series.moleFraction_ppm[10]).toBeCloseTo((plain.moleFraction_ppm[12] + plain.moleFraction_ppm[13]) / 2, 12);
    expect(series.context.lag_s).toBe(2.5);
  });
});

describe('flights of several files', () => {
  const folder = profile('sim_flights', ['per: file', 'per: folder']);
  const [head, ...rows] = good;
  const early = flight([head, ...rows.slice(0, 40)], 'f1_b.csv');
  const late = flight([head, ...rows.slice(40)], 'f1_a.csv');

  it('are one recording in order of time, with the file and row of each sample', () => {
    const [{ series, recording }, ...more] = ingest([late, early], folder, OPTIONS);
    expect(more).toEqual([]);
    expect(series.count).toBe(100);
    expect(series.time_s.every((time, i) => i === 0 || time > series.time_s[i - 1])).toBe(true);
    expect(series.source.files[series.source.file[99]]).toBe('f1_a.csv');
    expect(recording.files.map(({ name }) => name)).toEqual(['f1_b.csv', 'f1_a.csv']);
  });

  it('must not overlap', () => {
    expect(faultsOf([flight(good, 'f1_a.csv'), late], folder)).toMatchObject([{ code: 'files-overlap' }]);
  });
});

describe('fixed instruments, periods and joins', () => {
  const ginninderra = profile('ginninderra2015');
  const header =
    '"index","Time","release_rate","air_temp","air_pressure","wind_speed","max_wind_speed","Ux_stdev.","wind_dir","L","inst_name","inst_no","inst_group","source_x","source_y","z","x1","y1","x2","y2","Concentration"';
  const row = (minute: number, rate: number, name: string, end: string, ppm: number, source = '-21.78,21.09') =>
    `1,"2015-05-21 16:${minute}:00",${rate},285,94700,2,3,0.2,270,26.8,"${name}",1,"G",${source},1.5,30,40,${end},${ppm}`;
  const lines = (source?: string) => [
    header,
    row(35, 5.8, 'R4', '-30,-40', 2.9, source),
    row(35, 5.8, 'EC', 'NA,NA', 2.1, source),
    row(40, 0, 'R4', '-30,-40', 1.9, source),
    row(45, 20, 'R4', '-30,-40', 1.95, source),
  ];
  const file = (text: string[]) => flight(text, 'GA-inversion-data-1.csv');

  it('make one recording of each state, with paths in exact metres about the anchor', () => {
    const [on, off] = ingest([file(lines())], ginninderra, OPTIONS);
    expect([on.recording.name, off.recording.name]).toEqual([
      'GA-inversion-data-1, release on',
      'GA-inversion-data-1, release off',
    ]);
    expect([on.series.count, off.series.count]).toEqual([3, 1]);
    expect(on.series.instruments).toEqual([
      { name: 'R4', group: 'G' },
      { name: 'EC', group: 'G' },
    ]);
    const end = on.series.pathEnd!;
    const lengthOf = (i: number) =>
      geodesicBetween(
        { lat: on.series.lat_deg[i], lon: on.series.lon_deg[i] },
        { lat: end.lat_deg[i], lon: end.lon_deg[i] },
      ).distance_m;
    expect(lengthOf(0)).toBeCloseTo(100, 2);
    expect(lengthOf(1)).toBe(0);
    expect(on.recording.startAt).toBe('2015-05-21T06:35:00.000Z');
    expect(on.series.windEast_mps![0]).toBeCloseTo(2, 12);
    expect(on.recording.id).not.toBe(off.recording.id);
  });

  it('never hold the release rate or the source: only the digest changes with them', () => {
    const samplesOf = (text: string[]) =>
      textOf(ingest([file(text)], ginninderra, OPTIONS).map(({ series }) => series));
    expect(samplesOf(lines('999,-999'))).toBe(samplesOf(lines()));
    expect(samplesOf(lines().map((line) => line.replace(',5.8,', ',77,')))).toBe(samplesOf(lines()));
  });

  it('refuse a state that the profile does not know, and times out of order within an instrument', () => {
    expect(faultsOf([file([...lines(), row(50, -1, 'R4', 'NA,NA', 2)])], ginninderra)).toMatchObject([
      { code: 'period-unknown', place: { row: 6, column: 'release_rate' } },
    ]);
    expect(faultsOf([file([...lines(), row(35, 5.8, 'EC', 'NA,NA', 2)])], ginninderra)).toMatchObject([
      { code: 'time-duplicate' },
    ]);
  });

  const prairie = profile('prairie_grass');
  const arcs = (...rows: string[]) => ({
    name: 'prairie_grass_arcs.csv',
    bytes: bytesOf(
      ['run,date,time_cst,Q_g_s,source_h_m,sampler_h_m,arc_m,azimuth_deg,conc_mg_m3,so2_loss_correction', ...rows].join(
        '\n',
      ),
    ),
  });
  const met = (...rows: string[]) => ({
    name: 'prairie_grass_met.csv',
    bytes: bytesOf(
      ['run,L_m,ustar_m_s,mixing_h_m,wind_from_deg,sig_u,sig_v,sig_w,sig_azim_deg,wind_2m_m_s', ...rows].join('\n'),
    ),
  });
  const arc = (run: number, azimuth: number, mgpm3: string) =>
    `${run},07/06/56,1400-1410,77.8,0.46,1.50,200.0,${azimuth},${mgpm3},0.98`;

  it('join a table by key, turn arcs into places and mass into mole fraction', () => {
    const [{ series, recording }] = ingest(
      [arcs(arc(5, 90, '2.62'), arc(5, 92, ''), arc(7, 90, '1')), met('5,-28.0,0.39,-999.0,180,0,0,0,9.5,5.9')],
      prairie,
      OPTIONS,
    );
    const centre = prairie.position.anchor!;
    const place = geodesicBetween(centre, { lat: series.lat_deg[0], lon: series.lon_deg[0] });
    expect(place.distance_m).toBeCloseTo(200, 2);
    expect(place.azimuth_deg).toBeCloseTo(90, 2);
    // 2.62 mg/m3 is 1 ppm at 298.15 K and 101325 Pa.
    expect(series.moleFraction_ppm[0]).toBeCloseTo((300 / 298.15) * (101_325 / 94_500), 2);
    expect(series.windNorth_mps![0]).toBeCloseTo(5.9, 9);
    expect(series.context).toMatchObject({ sigmaTheta_deg: 9.5, windHeightAgl_m: 2 });
    expect(series.context).not.toHaveProperty('mixingHeight_m');
    expect(recording.excluded.map(({ code, count }) => [code, count])).toEqual([
      ['value-missing-declared', 1],
      ['join-absent', 1],
    ]);
    expect(recording.files.map(({ name }) => name)).toEqual(['prairie_grass_arcs.csv', 'prairie_grass_met.csv']);
  });

  it.each([
    ['no table', [], 'table-file'],
    ['a key twice', [met('5,-28,0.3,9,1,0,0,0,9,5', '5,-28,0.3,9,1,0,0,0,9,5')], 'key-repeated'],
  ])('refuse %s', (_, tables, code) => {
    expect(faultsOf([arcs(arc(5, 90, '1')), ...tables], prairie)).toMatchObject([{ code }]);
  });
});

describe('times of day', () => {
  const uav = profile('uav_so2_vulcano2022');
  const header = 'time,duration / s,Lat,Lon,temperature / C,pressure / hPa,humidity / %,CO2 / ppm,SO2 / ppm';
  const row = (time: string, i: number) => `${time},${i},38.4150${i},14.9533,16,${1010 - i},35,500,${0.1 * i}`;
  const file = flight([header, row('23:59:50', 0), row('23:59:58', 1), row('00:00:06', 2)], 'day_original_save.txt');

  it('need a date from whoever ingests', () => {
    expect(faultsOf([file], uav)).toMatchObject([
      { code: 'date-not-given', remedy: expect.stringContaining('--date') },
    ]);
    expect(faultsOf([file], uav, { date: '2022-02-30' })).toMatchObject([{ code: 'date-invalid' }]);
  });

  it('pass midnight, in their zone', () => {
    const [{ recording, series }] = ingest([file], uav, { ...OPTIONS, date: '2022-09-10' });
    expect(recording.startAt).toBe('2022-09-10T21:59:50.000Z');
    expect(series.time_s[1] - series.time_s[0]).toBe(8);
    expect(recording.provenance.settings).toEqual({ date: '2022-09-10' });
    expect(series.heightAgl_m[1] - series.heightAgl_m[0]).toBeCloseTo(8.4, 1);
  });
});
