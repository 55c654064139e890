import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openPage, PHONE, startBrowser, type View, WIDE } from './support/browser.ts';
import { type StubServer, startStub } from './support/stub-server.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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

const PLACES = {
  queue: () => '/queue',
  site: () => `/sites/${stub.fixtures.sites[0]!.id}`,
  estimate: () => `/estimates/${stub.fixtures.estimates[0]!.id}`,
  sites: () => '/sites',
  flights: () => '/flights',
  flight: () => `/flights/${stub.fixtures.recordings.at(-1)!.id}`,
  jobs: () => '/jobs',
} as const;

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** Each page wide in English and on a phone in Spanish; each of them in both themes. */
const views: readonly (readonly [keyof typeof PLACES, View])[] = Object.keys(PLACES).flatMap((name) => [
  [name as keyof typeof PLACES, { size: WIDE, theme: 'dark', language: 'en-GB' }] as const,
  [name as keyof typeof PLACES, { size: PHONE, theme: 'light', language: 'es-MX' }] as const,
]);

test.each(views)('axe finds nothing on %s in %o', async (name, view) => {
  const { page, errors } = await openPage(browser, stub.url + PLACES[name](), view);
  await page.locator('.legend').waitFor();
  if (name === 'site') await page.locator('.chain .bytes').waitFor();
  if (name === 'estimate') await askEverything(page);
  // The policy forbids injected script elements; an evaluated one is the tester's, not the page's.
  await page.evaluate(axe);
  const first = await violationsOn(page);
  await page.getByRole('button', { name: /^(Use the|Usar el)/ }).click();
  await page.locator(`html[data-theme=${view.theme === 'dark' ? 'light' : 'dark'}]`).waitFor();
  expect([...first, ...(await violationsOn(page))]).toEqual([]);
  expect(errors).toEqual([]);
  await page.context().close();
});

/** Everything that the page of an estimate can show at once. */
async function askEverything(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Propose legs|Proponer tramos)$/ }).click();
  await page.getByRole('button', { name: /^(Ignore|Ignorar) B$/ }).click();
  await page.getByRole('button', { name: /^(Try other air|Probar otro aire)$/ }).click();
  await page.locator('.air tbody tr').nth(5).waitFor();
  await page.getByRole('button', { name: /^(Set aside Leg|Apartar Tramo) 6$/ }).click();
  await page.keyboard.type('x');
  await page.keyboard.press('Enter');
  await page.locator('.answer-card').waitFor();
  await page.getByRole('button', { name: /^(Set aside Leg|Apartar Tramo) 2$/ }).click();
}

async function violationsOn(page: Page): Promise<string[]> {
  const violations = (await page.evaluate(
    "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }).then(({ violations }) => violations)",
  )) as Violation[];
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join('\n  ')}`,
  );
}
