/** A real browser on the built workbench, in front of the stub server. */
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, type Page, chromium as playwright } from 'playwright-core';
import { buildWorkbench } from '../../../../tools/src/build-workbench.ts';

const ROOT = new URL('../../../../', import.meta.url).pathname;
/** Software rendering on a busy machine: slow, never wrong. */
const PATIENCE_MS = 60_000;
/** The package's defaults are for one page in one process; closing a page then ends the browser. */
const ONE_PROCESS = ['--single-process', '--no-zygote'];

export const WIDE = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export interface View {
  readonly size?: { readonly width: number; readonly height: number };
  readonly theme?: 'dark' | 'light';
  readonly language?: 'en-GB' | 'es-MX';
  /** False takes WebGL away: the page must work without its map, and does so faster on a machine without a GPU. */
  readonly hasMap?: boolean;
}

export interface OpenPage {
  readonly page: Page;
  /** Errors that the page met: thrown, logged, or refused by the content security policy. */
  readonly errors: string[];
}

/** Builds the workbench when its sources have changed, and starts the browser. */
export async function startBrowser(): Promise<Browser> {
  await buildWorkbench(ROOT);
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: chromium.args.filter((argument) => !ONE_PROCESS.includes(argument)),
    headless: true,
  });
}

/** Opens an address and waits until the page has its content. */
export async function openPage(browser: Browser, url: string, view: View = {}): Promise<OpenPage> {
  const size = view.size ?? WIDE;
  const options: BrowserContextOptions = {
    viewport: size,
    colorScheme: view.theme ?? 'dark',
    locale: view.language ?? 'en-GB',
    timezoneId: 'America/Mazatlan',
    reducedMotion: 'reduce',
    hasTouch: size.width < 800,
  };
  const context = await browser.newContext(options);
  if (view.hasMap === false) await context.addInitScript(WITHOUT_WEBGL);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  page.setDefaultNavigationTimeout(PATIENCE_MS);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(`${error.name}: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message.text())) errors.push(message.text());
  });
  await page.goto(url);
  await page.locator('main h1, main h2').first().waitFor();
  return { page, errors };
}

/** Waits until the map has drawn everything that it was given. */
export async function waitForMap(page: Page): Promise<void> {
  await page.locator('.map-canvas[data-is-idle]').waitFor();
}

const WITHOUT_WEBGL = `
  const original = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
    return kind.startsWith('webgl') ? null : original.call(this, kind, ...rest);
  };
`;

/** The browser logs every 404 and 422 itself; the page answers for them in words. */
function isExpected(text: string): boolean {
  return /status of (404|422)/.test(text);
}
