import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPage, PHONE, startBrowser, waitForMap } from './support/browser.ts';
import { type StubServer, startStub } from './support/stub-server.ts';

let browser: Browser;
let stub: StubServer;

beforeAll(async () => {
  browser = await startBrowser();
  stub = await startStub();
});

afterAll(async () => {
  await browser?.close();
  await stub?.close();
});

/** A page on a busy machine answers in its own time. */
function eventually<T>(read: () => T) {
  return expect.poll(read, { timeout: 20_000 });
}

describe('shell', () => {
  test('shows the exercise banner, the rail and a map, without an error', async () => {
    const { page, errors } = await openPage(browser, `${stub.url}/`);
    expect(new URL(page.url()).pathname).toBe('/queue');
    await page.getByText('EXERCISE – EJERCICIO').waitFor();
    expect(await page.getByRole('navigation', { name: 'Life of a finding' }).getByRole('link').count()).toBe(4);
    await waitForMap(page);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('speaks Spanish to a Spanish reader, and changes language and theme at a press', async () => {
    const { page, errors } = await openPage(browser, `${stub.url}/queue`, {
      hasMap: false,
      language: 'es-MX',
      theme: 'light',
    });
    await page.getByRole('heading', { name: 'Cola' }).waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('es');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('light');
    await page.getByRole('button', { name: 'Use the dark theme' }).click();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.reload();
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('finds a site by name and goes to coordinates', async () => {
    const { page } = await openPage(browser, `${stub.url}/queue`);
    const second = stub.fixtures.sites[1]!;
    await page.keyboard.press('/');
    await page.keyboard.type(second.label.toLowerCase());
    await page.getByRole('option', { name: second.label }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/sites/${second.id}*`);
    await page.keyboard.press('/');
    await page.keyboard.type('24.81, -107.39');
    await page.getByRole('option', { name: 'Go to 24.81000, −107.39000' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(/map=12\/24\.81\/-107\.39/);
    await page.context().close();
  });

  test('an unknown address and an unknown site say so', async () => {
    const { page } = await openPage(browser, `${stub.url}/nowhere`, { hasMap: false });
    await page.getByText('There is nothing at this address.').waitFor();
    await page.goto(`${stub.url}/sites/sit-0`);
    await page.getByText('There is no site with id sit-0.').waitFor();
    await page.context().close();
  });
});

describe('queue', () => {
  test('is ordered by evidence and walked by keyboard', async () => {
    const { page } = await openPage(browser, `${stub.url}/queue`, { hasMap: false });
    const labels = await page.locator('.queue-row .label').allTextContents();
    const expected = [...stub.fixtures.sites]
      .sort((a, b) => b.lnBayesFactor - a.lnBayesFactor)
      .map(({ label }) => label);
    expect(labels).toEqual(expected);
    const current = page.locator('.queue-row[aria-current] .label');
    expect(await current.textContent()).toBe(expected[0]);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await eventually(() => current.textContent()).toBe(expected[2]);
    await page.keyboard.press('k');
    await eventually(() => current.textContent()).toBe(expected[1]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: expected[1]! }).waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 1, name: expected[2]! }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Queue' }).waitFor();
    await eventually(() => current.textContent()).toBe(expected[2]);
    await page.context().close();
  });

  test('shows doubt in each row, and filters into the address', async () => {
    const { page } = await openPage(browser, `${stub.url}/queue`, { hasMap: false });
    const row = page.locator('.queue-row').nth(1);
    expect(await row.innerText()).toContain('412 kg/h, 210–820, 90 %');
    expect(await row.innerText()).toMatch(/90 % within 3 km²/);
    expect(await row.locator('.interval-bar rect').count()).toBe(1);
    await page.getByLabel('Substance').selectOption('toluene');
    await page.waitForURL(/gas=toluene/);
    expect(await page.locator('.queue-row').count()).toBe(2);
    await page.reload();
    await page.getByText('2 sites').waitFor();
    await page.context().close();
  });

  test('help opens with ? and closes with Escape', async () => {
    const { page } = await openPage(browser, `${stub.url}/queue`, { hasMap: false });
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.waitFor();
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.context().close();
  });

  test('an empty queue teaches the next step', async () => {
    const empty = await startStub({ isEmpty: true });
    const { page, errors } = await openPage(browser, `${empty.url}/queue`, { hasMap: false });
    await page.getByText('No sites yet').waitFor();
    expect(await page.getByText('EXERCISE').count()).toBe(0);
    await page.getByRole('link', { name: 'Add a flight' }).click();
    await page.getByText('No flights yet').waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
    await empty.close();
  });
});

describe('site', () => {
  test('says what is known and how well, and walks back to the bytes', async () => {
    const site = stub.fixtures.sites[0]!;
    const recording = stub.fixtures.recordings[0]!;
    const { page, errors } = await openPage(browser, `${stub.url}/sites/${site.id}`, { hasMap: false });
    const text = (await page.locator('main').innerText()).replaceAll('\n', ' ');
    expect(text).toContain('46 kg/h, 29–73, 90 %');
    expect(text).toContain('Lawful facility');
    expect(text).toContain('2.44 times as long along the wind as across it');
    await page.getByText('Every step back to the bytes that the aircraft wrote.').waitFor();
    await page.locator('.chain .bytes').waitFor();
    expect(await page.locator('.chain').innerText()).toContain(recording.files[0]!.name);
    expect(await page.locator('.chain .digest').first().getAttribute('title')).toContain(recording.files[0]!.digest);
    const position = page.locator('.facts .coordinates');
    expect(await position.innerText()).toBe('24.84200, −107.31200');
    await position.click();
    expect(await position.innerText()).toBe('24°50′31.2″N 107°18′43.2″W');
    await position.click();
    expect(await position.innerText()).toMatch(/^13R \w\w \d{5} \d{5}$/);
    const seen = page.locator('.facts time');
    expect(await seen.getAttribute('title')).toMatch(/^Your time: .*2026/);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('the series and the map point at the same sample', async () => {
    const site = stub.fixtures.sites[0]!;
    const { page, errors } = await openPage(browser, `${stub.url}/sites/${site.id}`);
    await waitForMap(page);
    const plot = page.locator('.series-plot .u-over');
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.05, box.y + box.height / 2);
    const cursor = page.locator('.map .sample-cursor');
    await cursor.waitFor();
    const first = (await cursor.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.5, box.y + box.height / 2);
    await eventually(async () => (await cursor.boundingBox())?.x).not.toBe(first.x);
    const place = (await cursor.boundingBox())!;
    // Leave the series, then touch the track where its cursor was: the series follows.
    await page.mouse.move(place.x + 200, place.y - 60);
    await page.mouse.move(place.x + place.width / 2, place.y + place.height / 2, { steps: 3 });
    await eventually(() => page.locator('.map-tip').innerText()).toMatch(/^15:3\d:\d\d UTC · 2\.\d+ ppm$/);
    const line = page.locator('.series-plot .u-cursor-x');
    const at = (await line.boundingBox())!.x - box.x;
    expect(Math.abs(at / box.width - 0.5)).toBeLessThan(0.12);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('a span brushed in the series goes into the address and back out', async () => {
    const { page } = await openPage(browser, `${stub.url}/sites/${stub.fixtures.sites[0]!.id}`);
    const plot = page.locator('.series-plot .u-over');
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.25, box.y + 30);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 30, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/span=/);
    const [from, to] = new URL(page.url()).searchParams.get('span')!.split('-').map(Number);
    const { time_s } = stub.fixtures.samples.get(stub.fixtures.recordings[0]!.id)!;
    const share = (time: number) => (time - time_s[0]!) / (time_s.at(-1)! - time_s[0]!);
    expect(share(from!)).toBeCloseTo(0.25, 1);
    expect(share(to!)).toBeCloseTo(0.5, 1);
    await page.getByRole('button', { name: 'Show all', exact: true }).first().click();
    await eventually(() => page.url()).not.toContain('span=');
    await page.context().close();
  });

  test('the samples are walked by keyboard', async () => {
    const { page } = await openPage(browser, `${stub.url}/sites/${stub.fixtures.sites[0]!.id}`);
    const series = page.getByRole('slider', { name: 'Sample under the cursor' });
    await series.focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('ArrowRight');
    await eventually(() => series.getAttribute('aria-valuetext')).toMatch(/^15:02:11 UTC, 2\.\d+ ppm$/);
    await page.keyboard.press('[');
    await page.waitForURL(/span=/);
    await page.context().close();
  });

  test('on paper it stands alone, with whole digests', async () => {
    const { page } = await openPage(browser, `${stub.url}/sites/${stub.fixtures.sites[0]!.id}`);
    await page.locator('.chain .bytes').waitFor();
    await waitForMap(page);
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.rail').isVisible()).toBe(false);
    expect(await page.locator('.print-map canvas').isVisible()).toBe(true);
    expect(await page.locator('.print-foot').innerText()).toContain('/sites/sit-');
    const digest = page.locator('.chain .digest').first();
    expect(await digest.innerText()).toMatch(/\b[0-9a-f]{64}$/);
    await page.context().close();
  });
});

test('training data and real data are told apart', async () => {
  const mixed = await startStub({ isMixed: true });
  const [training, real] = mixed.fixtures.sites;
  const { page, errors } = await openPage(browser, `${mixed.url}/queue`, { hasMap: false });
  await page.getByText('Some of this is training data; each is marked EXERCISE.').waitFor();
  expect(await page.locator('.queue-row .exercise-tag').count()).toBe(6);
  expect(await page.locator('.queue-row', { hasText: real!.label }).locator('.exercise-tag').count()).toBe(0);
  await page.goto(`${mixed.url}/sites/${real!.id}`);
  await page.getByRole('heading', { level: 1, name: real!.label }).waitFor();
  await page.locator('.banner').waitFor({ state: 'detached' });
  await page.goto(`${mixed.url}/sites/${training!.id}`);
  await page.getByText('Training data. Nothing here is real.').waitFor();
  expect(errors).toEqual([]);
  await page.context().close();
  await mixed.close();
});

describe('sites', () => {
  test('the table sorts by column, in the address', async () => {
    const { page } = await openPage(browser, `${stub.url}/sites`, { hasMap: false });
    await page.getByRole('button', { name: 'Sort by Rate, kg/h' }).click();
    await page.waitForURL(/sort=-rate/);
    await eventually(() => page.locator('tbody tr').first().innerText()).toContain('1,840');
    expect(await page.getByRole('columnheader', { name: 'Rate' }).getAttribute('aria-sort')).toBe('descending');
    await page.context().close();
  });
});

describe('flights and jobs', () => {
  test('a null result is shown as a result', async () => {
    const { page } = await openPage(browser, `${stub.url}/flights`, { hasMap: false });
    await page.getByRole('link', { name: /SIN-008 coast.*Nothing found/ }).click();
    await page.getByText('Searched, nothing found', { exact: true }).first().waitFor();
    await page.getByText('A source of 23 kg/h would have been seen with 90 % probability').waitFor();
    await page.context().close();
  });

  test('files with faults are refused with place and remedy', async () => {
    const { page } = await openPage(browser, `${stub.url}/flights`, { hasMap: false, language: 'es-MX' });
    const bad = { name: 'bad-flight.csv', mimeType: 'text/csv', buffer: Buffer.from('time,lat\n1,\n') };
    await page.locator('input[type=file]').first().setInputFiles(bad);
    await page.getByRole('button', { name: 'Enviar 1 archivo' }).click();
    const faults = page.locator('.faults');
    await faults.waitFor();
    const text = await faults.innerText();
    expect(text).toContain('No se guardó nada: 2 fallas en los archivos');
    expect(text).toContain('Fila 12');
    expect(text).toContain('columna lat');
    expect(text).toContain('Fila 1,204');
    await page.context().close();
  });

  test('a job is followed live and stopped in two steps', async () => {
    const { page, errors } = await openPage(browser, `${stub.url}/flights`, { hasMap: false });
    const good = { name: 'flight-9.csv', mimeType: 'text/csv', buffer: Buffer.from('time,lat,lon\n') };
    await page.locator('input[type=file]').first().setInputFiles(good);
    await page.getByRole('button', { name: 'Send 1 file' }).click();
    await page.getByText('The files are in. Work has begun.').waitFor();
    expect(stub.received).toContain('flight-9.csv');
    await page.getByRole('link', { name: 'See the job' }).click();
    await page.getByText('Waiting for a free worker').waitFor();
    const job = stub.fixtures.jobs.find(({ state }) => state === 'queued')!;
    stub.setJob({ ...job, state: 'running', progress: { stage: 'locate', fraction: 0.42 } });
    await page.getByText('Finding the source').waitFor();
    expect(await page.getByRole('progressbar').getAttribute('value')).toBe('0.42');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(stub.cancelled).toEqual([]);
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByText('Cancelled').waitFor();
    expect(stub.cancelled).toEqual([job.id]);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('when the server goes away the page says so', async () => {
    const brief = await startStub();
    const { page } = await openPage(browser, `${brief.url}/jobs`, { hasMap: false });
    await page.getByText('Process a flight').waitFor();
    await brief.close();
    await page.getByText('Live updates are cut off.').waitFor();
    await page.context().close();
  });
});

test('without WebGL the page says so, and the lists stand', async () => {
  const { page } = await openPage(browser, `${stub.url}/queue`, { hasMap: false });
  await page.getByText('The map cannot be drawn here').waitFor();
  expect(await page.locator('.queue-row').count()).toBe(7);
  await page.context().close();
});

describe('phone', () => {
  test('the rail is a bottom bar, the panel a sheet that opens', async () => {
    const { page, errors } = await openPage(browser, `${stub.url}/queue`, { size: PHONE, language: 'es-MX' });
    const rail = (await page.getByRole('navigation', { name: 'Vida de un hallazgo' }).boundingBox())!;
    expect(rail.y).toBeGreaterThan(700);
    expect(rail.width).toBe(390);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    const panel = page.locator('main');
    const half = (await panel.boundingBox())!.height;
    await page.getByRole('button', { name: 'Mostrar todo' }).click();
    await eventually(async () => (await panel.boundingBox())!.height).toBeGreaterThan(half * 1.4);
    await page.locator('.queue-row').first().click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(errors).toEqual([]);
    await page.context().close();
  });
});
