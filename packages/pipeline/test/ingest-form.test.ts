import { InputError } from '@plumeline/core';
import { makeFlight } from '@plumeline/simulator';
import { describe, expect, it } from 'vitest';
import { ingestForm } from '../src/ingest-form.ts';

const { series } = makeFlight({ seed: 21, samples: 120, area_m: 400 });
const OPTIONS = { software: 'plumeline test', exercise: false };

const COLUMNS = {
  time_s: Array.from(series.time_s),
  lat_deg: Array.from(series.lat_deg),
  lon_deg: Array.from(series.lon_deg),
  heightAgl_m: Array.from(series.heightAgl_m),
  moleFraction_ppm: Array.from(series.moleFraction_ppm),
  windEastTo_mps: Array.from(series.windEast_mps!),
  windNorthTo_mps: Array.from(series.windNorth_mps!),
};
type Content = ReturnType<typeof formOf>;

function formOf() {
  return {
    form: 'plumeline-flights-1',
    exercise: true,
    flights: [
      {
        name: 'one',
        substance: 'methane',
        conditions: { airTemperature_K: 298, airPressure_Pa: 101_000, sigmaV_mps: 0.5, mixingHeight_m: 800 },
        instrument: { averaging_s: 1, noise_ppm: 0.01 },
        samples: structuredClone(COLUMNS) as Record<string, unknown> | Record<string, unknown>[],
      },
    ],
    searchArea: { west_deg: -108, south_deg: 24, east_deg: -107, north_deg: 25 },
  };
}

const read = (form: unknown) => ingestForm(new TextEncoder().encode(JSON.stringify(form)), 'in.json', OPTIONS);
const faultsOf = (form: unknown) => {
  try {
    read(form);
    return [];
  } catch (error) {
    if (error instanceof InputError) return error.faults;
    throw error;
  }
};
const columnsOf = (form: Content) => form.flights[0]!.samples as Record<string, unknown[]>;

describe('flights as JSON', () => {
  it('gives the samples bit for bit, with the air, the area and the flag', () => {
    const [{ recording, series: read1 }] = read(formOf()).recordings as [ReturnType<typeof first>];
    expect(read1.moleFraction_ppm).toEqual(series.moleFraction_ppm);
    expect(read1.windEast_mps).toEqual(series.windEast_mps);
    expect(read1.time_s).toEqual(series.time_s);
    expect(read1.context).toMatchObject({
      sigmaV_mps: 0.5,
      mixingHeight_m: 800,
      noise_ppm: 0.01,
      airPressure_Pa: 101_000,
    });
    expect(read1.context.searchArea).toEqual([-108, 24, -107, 25]);
    expect(recording).toMatchObject({ exercise: true, name: 'one' });
    expect(recording.provenance.objects).toEqual([recording.files[0]!.digest]);
    expect(recording.files[0]!.name).toBe('in.json');
  });

  it('reads rows as it reads columns', () => {
    const rows = formOf();
    rows.flights[0]!.samples = COLUMNS.time_s.map((_, i) =>
      Object.fromEntries(Object.entries(COLUMNS).map(([name, values]) => [name, values[i]])),
    );
    const [byRows] = read(rows).recordings;
    expect(byRows!.series.lat_deg).toEqual(first().series.lat_deg);
    expect(byRows!.series.windNorth_mps).toEqual(first().series.windNorth_mps);
  });

  it('turns a wind that is said as direction and speed to where the air goes', () => {
    const form = formOf();
    const columns = columnsOf(form);
    const count = series.count;
    delete columns['windEastTo_mps'];
    delete columns['windNorthTo_mps'];
    columns['windFrom_deg'] = new Array(count).fill(270);
    columns['windSpeed_mps'] = new Array(count).fill(4);
    const [{ series: turned }] = read(form).recordings as [ReturnType<typeof first>];
    expect(turned.windEast_mps![0]).toBeCloseTo(4, 9);
    expect(turned.windNorth_mps![0]).toBeCloseTo(0, 9);
  });

  it('sets null aside with its reason and sample numbers from 0', () => {
    const form = formOf();
    columnsOf(form)['moleFraction_ppm']![5] = null;
    const { recording, series: left } = read(form).recordings[0]!;
    expect(left.count).toBe(series.count - 1);
    expect(recording.excluded).toEqual([
      expect.objectContaining({
        reason: 'moleFraction_ppm: the value is null',
        file: 'in.json#/flights/0',
        firstRow: 5,
        lastRow: 5,
      }),
    ]);
  });

  it.each<[string, (form: Content) => void, string, string]>([
    ['a key that is not there', (f) => Object.assign(f, { flight: [] }), 'json-key-unknown', ''],
    [
      'no temperature',
      (f) => Reflect.deleteProperty(f.flights[0]!.conditions, 'airTemperature_K'),
      'json-key-missing',
      '/flights/0/conditions',
    ],
    ['a column too short', (f) => columnsOf(f)['lat_deg']!.pop(), 'column-length', '/flights/0/samples/lat_deg'],
    [
      'text for a number',
      (f) => columnsOf(f)['lon_deg']!.splice(3, 1, 'x'),
      'json-value',
      '/flights/0/samples/lon_deg/3',
    ],
    [
      'half a wind',
      (f) => Reflect.deleteProperty(columnsOf(f), 'windEastTo_mps'),
      'samples-wind',
      '/flights/0/samples',
    ],
    [
      'two times',
      (f) => Object.assign(columnsOf(f), { time_utc: ['2026-01-01T00:00:00Z'] }),
      'samples-time',
      '/flights/0/samples',
    ],
    ['no height', (f) => Reflect.deleteProperty(columnsOf(f), 'heightAgl_m'), 'samples-missing', '/flights/0/samples'],
    ['the name twice', (f) => f.flights.push(f.flights[0]!), 'name-repeated', '/flights/1/name'],
    ['an area without size', (f) => Object.assign(f.searchArea, { east_deg: -109 }), 'area-empty', '/searchArea'],
    ['an unknown gas', (f) => Object.assign(f.flights[0]!, { substance: 'phlogiston' }), 'substance-unknown', ''],
    ['time that runs back', (f) => columnsOf(f)['time_s']!.splice(9, 1, COLUMNS.time_s[2]), '', '/flights/0/samples'],
  ])('says where the fault is: %s', (_, spoil, code, path) => {
    const form = formOf();
    spoil(form);
    const faults = faultsOf(form);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.every(({ remedy, message }) => remedy.length > 5 && message.length > 5)).toBe(true);
    if (code !== '') expect(faults.map((fault) => fault.code)).toContain(code);
    expect(faults.some(({ place }) => (place.path ?? '').startsWith(path))).toBe(true);
  });

  it('says what is not JSON', () => {
    const bytes = new TextEncoder().encode('{"form": ');
    expect(() => ingestForm(bytes, 'in.json', OPTIONS)).toThrow(/not JSON/);
  });

  it('gives other text another id, the same text the same', () => {
    const other = formOf();
    other.flights[0]!.conditions.sigmaV_mps = 0.6;
    expect(read(formOf()).recordings[0]!.recording.id).toBe(first().recording.id);
    expect(read(other).recordings[0]!.recording.id).not.toBe(first().recording.id);
  });
});

function first() {
  return read(formOf()).recordings[0]!;
}
