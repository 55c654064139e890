/** The page of a cube: its map, its plumes with thresholds and spectra, in both languages, without a fault of access. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Detection, PlumeSpectrum, Recording } from '@plumeline/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPage, PHONE, startBrowser, type View, WIDE, waitForMap } from './support/browser.ts';
import { type StubServer, startStub } from './support/stub-server.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const ID = 'rec-cbe0000000000000000a';
const [WEST, SOUTH, EAST, NORTH] = [-107.52, 24.85, -107.51, 24.86];
let browser: Browser;
let stub: StubServer;

const wavelength_nm = Array.from({ length: 72 }, (_, i) => 2125 + 5 * i);
const curve = (depth: number) => wavelength_nm.map((nm) => -depth * Math.exp(-(((nm - 2370) / 8) ** 2)));
const spectrum: PlumeSpectrum = {
  wavelength_nm,
  contrast: curve(0.02),
  gas_ppmm: 1830,
  fits: [
    { name: 'methane', share: 0.83, fitted: curve(0.019) },
    { name: 'dry vegetation', share: 0.21, fitted: curve(0.004) },
  ],
};

beforeAll(async () => {
  browser = await startBrowser();
  stub = await startStub();
  const base = stub.fixtures.recordings[0]!;
  const corners = [
    [WEST, NORTH],
    [EAST, NORTH],
    [EAST, SOUTH],
    [WEST, SOUTH],
  ] as const;
  const recording: Recording = {
    ...base,
    id: ID,
    name: 'exercise-cube-1',
    sampleCount: 2500,
    extent: [WEST, SOUTH, EAST, NORTH],
    imaging: {
      ...{ lines: 50, columns: 50, bands: 72, from_nm: 2125, to_nm: 2480, pixel_m: 20, corners },
      wind: { from_deg: 286, fromSd_deg: 10, speed_mps: 2.8, speedSd_mps: 0.4, height_m: 10 },
    },
  };
  const ring = [
    [-107.516, 24.854],
    [-107.514, 24.854],
    [-107.514, 24.856],
    [-107.516, 24.854],
  ] as const;
  const detection: Detection = {
    ...stub.fixtures.detections[0]!,
    id: 'det-cbe0000000000000000a',
    recordingId: ID,
    peakPosition: { lat: 24.8545, lon: -107.515 },
    plume: {
      outline: { type: 'MultiPolygon', coordinates: [[ring]] },
      ...{ pixelCount: 60, area_m2: 24_000, peakColumn_ppmm: 3200, peakColumnSd_ppmm: 210, mass_kg: 33 },
      ...{ peakScore: 18.3, startThreshold: 5.31, growThreshold: 2.64, falseAlarm: 1e-20, spectrum },
      rate_kgph: { p05: 456, p50: 949, p95: 1924 },
      caveats: [{ code: 'plume-off-wind', params: { angle: 40 } }],
    },
  };
  stub.fixtures.recordings.push(recording);
  stub.fixtures.detections.push(detection);
  const values = Array.from({ length: 2500 }, (_, i) => (i % 97 === 0 ? null : i % 50));
  for (const [map, unit] of [
    ['amount', 'ppm m'],
    ['z', ''],
    ['uncertainty', 'ppm m'],
  ])
    stub.extra.set(`/api/recordings/${ID}/pictures/${map}`, {
      ...{ recordingId: ID, map, unit, rows: 50, columns: 50, corners, low: -5, high: 49, values },
    });
  stub.extra.set(`/api/recordings/${ID}/spectrum`, spectrum);
});
afterAll(async () => {
  await browser?.close();
  await stub?.close();
});

const views: readonly (readonly [string, View, string])[] = [
  ['wide in English', { size: WIDE, theme: 'dark', language: 'en-GB' }, 'Amount of gas, ppm m'],
  ['on a phone in Spanish', { size: PHONE, theme: 'light', language: 'es-MX' }, 'Cantidad de gas, ppm m'],
];

test.each(views)('axe finds nothing on the page of a cube, %s', async (_, view, legend) => {
  const { page, errors } = await openPage(browser, `${stub.url}/flights/${ID}?pixel=24.8545,-107.515`, view);
  await page.locator('.pixel .spectrum').waitFor();
  await waitForMap(page);
  await page.getByText('949').first().waitFor();
  if (view.size === PHONE) await page.locator('.legend-title').click();
  await page.getByText(legend).waitFor();
  await page.evaluate(axe);
  const found = await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + nodes.map(({ html }) => html.slice(0, 120))))",
  );
  expect(found).toEqual([]);
  expect(errors).toEqual([]);
  await page.context().close();
});

test('a press on the map asks for that pixel, a choice changes the map, both stand in the address', async () => {
  const { page, errors } = await openPage(browser, `${stub.url}/flights/${ID}`);
  await waitForMap(page);
  await page.getByRole('radio', { name: 'Detection score' }).check();
  await page.waitForURL(/raster=z/);
  await page.getByText('Score z, in noise units').waitFor();
  await page.getByRole('button', { name: 'Strongest pixel of plume 1' }).click();
  await page.waitForURL(/pixel=24\.8545/);
  await page.getByText('1,830 ppm m would fit its contrast').waitFor();
  // The same place as the map's middle, pressed with the mouse.
  const box = (await page.locator('.map-canvas').boundingBox())!;
  await page.mouse.click(box.x + box.width * 0.62, box.y + box.height * 0.3);
  await page.waitForURL((url) => !/pixel=24\.8545/.test(url.search));
  expect(await page.getByText('Its score is 18.3').count()).toBe(1);
  expect(await page.getByText('It lies 40° off the stated wind.').count()).toBe(1);
  expect(errors).toEqual([]);
  await page.context().close();
});
