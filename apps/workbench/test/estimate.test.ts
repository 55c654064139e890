import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { residualPicture } from '../src/format/residual-picture.ts';
import { openPage, PHONE, startBrowser } from './support/browser.ts';
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

const addressOf = (index: number) => `${stub.url}/estimates/${stub.fixtures.estimates[index]!.id}`;
const textOf = async (page: Page) => (await page.locator('main').innerText()).replaceAll('\n', ' ');

describe('an estimate', () => {
  test('is reached from its site and says what each leg says', async () => {
    const { page, errors } = await openPage(browser, `${stub.url}/sites/${stub.fixtures.sites[0]!.id}`, {
      hasMap: false,
    });
    await page.getByRole('link', { name: 'What it rests on, leg by leg' }).click();
    await page.getByRole('heading', { level: 1, name: 'Source estimate' }).waitFor();
    const legs = page.locator('.leg');
    expect(await legs.count()).toBe(9);
    expect(await legs.nth(0).innerText()).toContain('For +14');
    expect(await legs.nth(0).innerText()).toContain('Plume expected at 15:05:20, 24 s wide, 0.21 ppm, 1.2 km');
    expect(await legs.nth(5).innerText()).toContain('Against −2.1');
    expect(await legs.nth(7).innerText()).toContain('Says little');
    expect(await legs.nth(8).innerText()).toContain('No crossing of this source’s plume is expected here.');
    await legs.nth(5).getByRole('button', { name: 'Show leg 6 in the series' }).click();
    await page.waitForURL(/span=/);
    expect(await page.getByRole('img', { name: /Probability of the emission rate: median 46 kg\/h/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: /Residuals over time/ }).count()).toBe(1);
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('whose region is in pieces says so', async () => {
    const { page } = await openPage(browser, addressOf(2), { hasMap: false });
    expect(await textOf(page)).toContain('in 2 separate pieces');
    await page.context().close();
  });

  test('is computed again by keyboard without a leg, undone, kept, and shown with its reason', async () => {
    const { page, errors } = await openPage(browser, addressOf(1), { hasMap: false });
    const asked = stub.wishes.length;
    const setAside = page.getByRole('button', { name: 'Set aside Leg 6' });
    await setAside.focus();
    await page.keyboard.press('Enter');
    expect(await page.getByRole('button', { name: 'Compute without it' }).isDisabled()).toBe(true);
    await page.keyboard.type('A turn over the town');
    await page.keyboard.press('Enter');
    const card = page.locator('.answer-card');
    await card.waitFor();
    expect(stub.wishes.slice(asked)).toEqual([{ setAside: [{ index: 5, reason: 'A turn over the town' }] }]);
    expect((await card.innerText()).replaceAll('\n', ' ')).toContain('412 kg/h, 210–820 → 536 kg/h');
    expect(await card.innerText()).toContain('Computed in 0.64 s.');
    expect(await textOf(page)).toContain('With legs set aside; not kept yet');
    await page.getByRole('button', { name: 'Undo Leg 6' }).click();
    await card.waitFor({ state: 'detached' });
    expect(await textOf(page)).not.toContain('not kept yet');

    await page.getByRole('button', { name: 'Set aside Leg 6' }).click();
    await page.keyboard.type('A turn over the town');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Keep this answer' }).click();
    await page.getByRole('heading', { name: 'Made without these legs' }).waitFor();
    expect(stub.wishes.at(-1)).toMatchObject({ store: true });
    expect(await page.locator('.made-without').innerText()).toContain('Leg 6: A turn over the town');
    await page.getByRole('link', { name: 'Open the original estimate' }).click();
    await page.getByRole('heading', { name: 'Kept with legs set aside' }).waitFor();
    expect(await page.locator('.headline-rate').innerText()).toContain('412 kg/h');
    expect(errors).toEqual([]);
    await page.context().close();
  });

  test('that takes long shows for how long, and is given up at a press', async () => {
    const { page } = await openPage(browser, addressOf(3), { hasMap: false });
    await page.getByRole('button', { name: 'Set aside Leg 1' }).click();
    await page.keyboard.type('slow');
    await page.keyboard.press('Enter');
    await page.getByText(/^Computing without the legs set aside for \d+ s/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await expect.poll(() => stub.withdrawn.length, { timeout: 20_000 }).toBe(1);
    expect(await page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await page.context().close();
  });

  test('says what it would be without each leg and in other air, and keeps none of that', async () => {
    const { page } = await openPage(browser, addressOf(0), { hasMap: false });
    const stored = stub.fixtures.estimates.length;
    await page.getByRole('button', { name: 'Leave each leg out in turn' }).click();
    await page.locator('.leg').nth(8).getByText('Without it: 200 m, inside the 90 % region; rate × 1.3').waitFor();
    const asked = stub.wishes.length;
    await page.getByRole('button', { name: 'Try other air' }).click();
    await page.getByRole('button', { name: 'More turbulence, × 1.5' }).waitFor();
    expect(stub.wishes.slice(asked).map((wish) => (wish as { whatIf: object }).whatIf)).toEqual([
      { windTurn_deg: -10 },
      { windTurn_deg: 10 },
      { windFactor: 1 / 1.15 },
      { windFactor: 1.15 },
      { turbulenceFactor: 1 / 1.5 },
      { turbulenceFactor: 1.5 },
    ]);
    const rows = page.locator('.air tbody tr');
    expect(await rows.first().innerText()).toContain('400 m, outside the 90 % region');
    expect(await rows.last().innerText()).toContain('61 m, inside the 90 % region');
    expect(stub.fixtures.estimates.length).toBe(stored);
    await page.context().close();
  });

  test('has legs proposed that a person accepts or ignores, on a phone in Spanish', async () => {
    const { page } = await openPage(browser, addressOf(0), { hasMap: false, size: PHONE, language: 'es-MX' });
    await page.getByRole('button', { name: 'Proponer tramos' }).click();
    await page.getByRole('button', { name: 'Aceptar A' }).click();
    await page.getByText('Aceptado en esta página; no se envió nada.').waitFor();
    await page.getByRole('button', { name: 'Ignorar C' }).click();
    expect(await page.locator('.proposal[data-verdict=ignored]').innerText()).toContain('A barlovento');
    await page.getByRole('button', { name: 'Deshacer C' }).click();
    expect(await page.locator('.proposal[data-verdict=ignored]').count()).toBe(0);
    const width = (await page.evaluate('document.documentElement.scrollWidth')) as number;
    expect(width).toBeLessThanOrEqual(PHONE.width);
    await page.context().close();
  });
});

test('a null result shows one rate at a time, and what the instrument did is said', async () => {
  const { page } = await openPage(browser, `${stub.url}/flights/${stub.fixtures.recordings.at(-1)!.id}`, {
    hasMap: false,
  });
  await page.getByRole('radio', { name: /^10 kg\/h/ }).check();
  await page.waitForURL(/rate=10/);
  await page.getByText('Outside it, one may have been missed.').waitFor();
  await page.goto(`${stub.url}/flights/${stub.fixtures.recordings[0]!.id}`);
  await page.getByText('The record has 3 holes, 41 s in all (1.1 % of the time)').waitFor();
  await page.context().close();
});

test('residuals keep the largest one and pass over gaps', () => {
  const time_s = [0, 1, 2, 3];
  const picture = residualPicture({ time_s, moleFraction_ppm: [2, null, 5, 1.5] }, [2, 2, 2, 2])!;
  expect(picture.most_ppm).toBe(3);
  expect(picture.typical_ppm).toBe(0.5);
  expect(picture.path.match(/M/g)).toHaveLength(3);
  expect(residualPicture({ time_s, moleFraction_ppm: [2, 2, 2, 2] }, [2])).toBeUndefined();
});
