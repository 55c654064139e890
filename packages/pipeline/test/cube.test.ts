import { InputError, localFrameAt } from '@plumeline/core';
import { memoryFiles, openCube } from '@plumeline/formats';
import { makeExerciseCube } from '@plumeline/simulator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addTile,
  emptyMaps,
  filterTile,
  parseCubeFacts,
  parseTargetCsv,
  pixelAt,
  pixelPlaces,
  processCube,
  renderCubeReport,
  targetOn,
  threadsWithin,
  tilesOf,
} from '../src/cube/index.ts';
import { outlinesOf } from '../src/cube/pixel-outline.ts';
import { towardsInImage } from '../src/cube/pixel-places.ts';
import { lnBayesBound } from '../src/cube/source-of-plume.ts';
import { fromUtm } from '../src/cube/utm.ts';

const exercise = makeExerciseCube({ seed: 4, lines: 110, samples: 48 });
const contents = Object.fromEntries(exercise.files.map(({ name, bytes }) => [name, bytes]));
const header = `${exercise.name}.hdr`;
const text = (ending: string) =>
  new TextDecoder().decode(exercise.files.find(({ name }) => name.endsWith(ending))!.bytes);
const target = parseTargetCsv(text('_target.csv'), 'target.csv', { substance: 'methane' });
const open = () => openCube(memoryFiles(contents), header);
const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error.faults[0]!.code;
    throw error;
  }
  return 'nothing was refused';
};

describe('places', () => {
  it.each([
    // Karney's GeographicLib: GeoConvert of the coordinates.
    ['Greenwich, north', 32631, 166_021.4431, 0, 0, 0],
    ['central meridian', 32613, 500_000, 0, 0, -105],
  ])('%s', (_, epsg, x, y, lat, lon) => {
    const at = fromUtm(x, y, epsg);
    expect(at.lat).toBeCloseTo(lat, 8);
    expect(at.lon).toBeCloseTo(lon, 8);
  });

  it('a kilometre of UTM is a kilometre on the ground within its scale, in both hemispheres', () => {
    for (const [epsg, y] of [
      [32613, 2_750_000],
      [32713, 7_250_000],
    ] as const) {
      const frame = localFrameAt(fromUtm(400_000, y, epsg));
      const east = frame.toLocal(fromUtm(401_000, y, epsg));
      expect(Math.hypot(east.x_m, east.y_m)).toBeGreaterThan(999);
      expect(Math.hypot(east.x_m, east.y_m)).toBeLessThan(1001);
    }
  });

  it('pixels find their place and places their pixel; the wind points down the picture where it blows south', async () => {
    const places = await pixelPlaces((await open()).header);
    expect(places.pixel_m).toBeCloseTo(5, 2);
    expect(pixelAt(places, places.at(17.5, 80.5))).toEqual({ line: 80, column: 17 });
    // From the north: towards growing lines, which is -90 degrees with lines pointing down.
    expect(towardsInImage(places, 0)).toBeCloseTo(-Math.PI / 2, 2);
    expect(towardsInImage(places, 270)).toBeCloseTo(0, 2);
  });

  it('a cube without a place is refused, unless somebody states one', async () => {
    const bare = text('.hdr').replace(/map info.*\n/, '');
    const reader = await openCube(memoryFiles({ ...contents, [header]: bare }), header);
    await expect(pixelPlaces(reader.header)).rejects.toThrow(/--place/);
    const places = await pixelPlaces(reader.header, { northWest: { lat: 24, lon: -107 }, pixel_m: 8 });
    expect(places.at(0, 0)).toEqual({ lat: 24, lon: -107 });
    expect(places.pixel_m).toBeCloseTo(8, 1);
  });
});

it('outlines enclose exactly the cells of a group without holes, each ring closed', () => {
  const cell = fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 }));
  fc.assert(
    fc.property(fc.uniqueArray(cell, { selector: String, minLength: 1, maxLength: 30 }), (cells) => {
      const has = (line: number, column: number) => cells.some(([c, l]) => c === column && l === line);
      const rings = outlinesOf(has, cells);
      const isIn = (x: number, y: number) =>
        rings.some((ring) => {
          let inside = false;
          for (let i = 1; i < ring.length; i++) {
            const [[xa, ya], [xb, yb]] = [ring[i - 1]!, ring[i]!];
            if (ya > y !== yb > y && x < ((xb - xa) * (y - ya)) / (yb - ya) + xa) inside = !inside;
          }
          return inside;
        });
      for (const ring of rings) expect(ring[0]).toEqual(ring.at(-1));
      for (const [c, l] of cells) expect(isIn(c + 0.5, l + 0.5)).toBe(true);
      expect(isIn(-0.5, 3.5)).toBe(false);
    }),
  );
});

describe('the target', () => {
  it('is put on the bands it was made for, whatever their order', async () => {
    const { header: cube } = await open();
    const onBands = targetOn(cube, target);
    expect(onBands.bands).toHaveLength(72);
    expect(Math.min(...onBands.tau_pppmm)).toBeLessThan(-1e-7);
    const rows = text('_target.csv').trim().split('\n');
    const turned = [rows[0], ...rows.slice(1).reverse()].join('\n');
    const again = targetOn(cube, parseTargetCsv(turned, 't', { substance: 'methane' }));
    expect(again.tau_pppmm).toEqual(onBands.tau_pppmm);
  });

  it.each([
    ['no such columns', 'a,b\n1,2', 'target-columns'],
    ['a row without numbers', 'wavelength_nm,absorption\n2300,x', 'target-number'],
    ['numbers in another unit', 'wavelength_nm,absorption\n2300,-1e-6', 'target-implausible'],
    ['gas that gives light', 'wavelength_nm,absorption\n2300,1', 'target-implausible'],
  ])('%s is refused', (_, csv, code) => {
    expect(codeOf(() => parseTargetCsv(csv, 't.csv', { substance: 'methane' }))).toBe(code);
  });

  it('of another sensor is refused', async () => {
    const { header: cube } = await open();
    const other = 'wavelength_nm,absorption\n2301.1,-1\n2311.1,-1\n2321.1,-1';
    expect(codeOf(() => targetOn(cube, parseTargetCsv(other, 't', { substance: 'methane' })))).toBe('target-bands');
  });
});

it.each([
  ['no JSON', '{', 'facts-json'],
  ['an unknown fact', '{"winds": 1}', 'facts-unknown'],
  ['a wind from nowhere', '{"wind": {"from_deg": 400, "speed_mps": 3, "height_m": 10}}', 'facts-wind'],
  ['a time without a zone', '{"startAt": "2026-02-03T10:00:00"}', 'facts-startAt'],
  ['a path instead of a name', '{"target": "../secret.csv"}', 'facts-target'],
  ['an unknown gas', '{"substance": "unobtainium"}', 'facts-substance'],
])('facts with %s are refused', (_, json, code) => {
  expect(codeOf(() => parseCubeFacts(json, 'facts.json'))).toBe(code);
});

describe('tiles', () => {
  it('cover every pixel once, and depend on nothing but the shape', () => {
    const size = fc.record({ lines: fc.integer({ min: 1, max: 5000 }), columns: fc.integer({ min: 1, max: 1300 }) });
    fc.assert(
      fc.property(size, (shape) => {
        const tiles = tilesOf(shape);
        expect(tiles.reduce((sum, { lines, columns }) => sum + lines * columns, 0)).toBe(shape.lines * shape.columns);
        expect(tiles.every(({ lines, columns }) => lines > 0 && columns > 0 && lines * columns <= 131_072)).toBe(true);
        expect(new Set(tiles.map(({ firstLine, firstColumn }) => `${firstLine} ${firstColumn}`)).size).toBe(
          tiles.length,
        );
      }),
    );
  });

  it('give the same maps in any order', async () => {
    const reader = await open();
    const onBands = targetOn(reader.header, target);
    const half = (index: number) => ({ index, firstLine: 55 * index, lines: 55, firstColumn: 0, columns: 48 });
    const parts = [await filterTile(reader, half(0), onBands), await filterTile(reader, half(1), onBands)];
    const [a, b] = [emptyMaps(reader.header), emptyMaps(reader.header)];
    for (const part of parts) addTile(a, 48, part);
    for (const part of parts.toReversed()) addTile(b, 48, part);
    expect(b).toEqual(a);
    expect(a.z.every(Number.isFinite)).toBe(true);
  });

  it('a budget that holds no tile is refused with what would do', async () => {
    const { header: cube } = await open();
    expect(threadsWithin(cube, 72, 8, 64 << 20)).toBeGreaterThanOrEqual(1);
    expect(codeOf(() => threadsWithin(cube, 72, 1, 1 << 20))).toBe('cube-budget-too-small');
  });
});

it('a cube becomes a plume with a rate, a source and a report in both languages', async () => {
  const facts = parseCubeFacts(text('.facts.json'), 'facts.json');
  const identity = { name: 'c', files: [], software: 'plumeline test', exercise: true, settingsDigest: '0'.repeat(64) };
  const stages: string[] = [];
  const run = async () =>
    processCube(await open(), { facts, target, identity, report: ({ stage }) => stages.push(stage) });
  const processed = await run();
  const { detections, sources } = processed.findings;
  expect(detections).toHaveLength(1);
  expect(detections[0]!.plume!.rate_kgph!.p05).toBeLessThan(detections[0]!.plume!.rate_kgph!.p95);
  expect(sources[0]).toMatchObject({ detectionIds: [detections[0]!.id], exercise: true });
  expect(processed.sites).toHaveLength(1);
  expect([...new Set(stages)]).toEqual(['ingest', 'retrieve', 'detect', 'fuse']);
  expect(renderCubeReport(processed, 'en')).toContain('One plume of methane in c');
  expect(renderCubeReport(processed, 'es')).toContain('Un penacho de metano en c');
  await expect(processCube(await open(), { facts, target, identity, cancellation: { aborted: true } })).rejects.toThrow(
    'Cancelled',
  );
});

it('evidence from a chance grows as the chance falls, and is nothing for a likely one', () => {
  expect(lnBayesBound(0.5)).toBe(0);
  expect(lnBayesBound(1e-3)).toBeLessThan(lnBayesBound(1e-6));
  // Sellke, Bayarri & Berger 2001, table 1: p = 0.01 gives a bound of 0.125 on the other way round.
  expect(Math.exp(-lnBayesBound(0.01))).toBeCloseTo(0.125, 2);
});
