/** The worked example: every command of its README runs and prints what the README shows. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsIn, copyOf, runIn } from '../../../examples/readme-commands.ts';
import { ROOT } from './run-cli.ts';

const FOLDER = join(ROOT, 'examples', 'locate-flight');
const SHOWN = commandsIn(readFileSync(join(FOLDER, 'README.md'), 'utf8'));
/** True source of make-flights.ts. */
const TRUTH = { lat: 21.50036, lon: -109.49942, rate_kgph: 5 };
/**
 * Numbers may differ by this part, or by this much, from those shown: other processors round exp and log differently in
 * the last digit, and a search that stops on them may stop a cell earlier. Larger changes are for a person to read:
 * `node examples/readme-commands.ts examples/locate-flight` writes them.
 */
const TOLERANCE = { part: 0.25, absolute: 0.5 };
const NUMBER = /[-\u2212]?\d[\d,]*(?:\.\d+)?/g;

let folder = '';
beforeAll(() => {
  folder = copyOf(FOLDER);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the worked example of plumeline locate', () => {
  it('shows the commands that it claims to', () => {
    expect(SHOWN).toHaveLength(7);
  });

  it.each(SHOWN)(
    'prints what the README shows: $command',
    ({ command, output }) => {
      const ran = runIn(folder, command);
      expect(ran.exitCode).toBe(output.includes('plumeline-faults-1') ? 2 : 0);
      expect(differenceOf(output, ran.output)).toEqual([]);
    },
    300_000,
  );

  it('would notice a changed word and a changed number', () => {
    const [{ output }] = SHOWN as [(typeof SHOWN)[number]];
    expect(differenceOf(output, output.replace('located', 'found'))).toHaveLength(1);
    expect(differenceOf(output, output.replace('250 samples', '350 samples'))).toHaveLength(1);
    expect(differenceOf(output, `more\n${output}`).length).toBeGreaterThan(1);
    expect(differenceOf(output, `${output}more`)).toHaveLength(1);
  });

  it('is right about the source, within what it says', () => {
    const { output } = SHOWN.find(({ command }) => command.includes('--together'))!;
    const [, lat, lon, low, high] = /(-?\d+\.\d+), (-?\d+\.\d+) +\S+ kg\/h \(([\d.]+)\u2013([\d.]+), 90 %\)/.exec(
      output,
    )!;
    expect(Math.hypot(110_700 * (Number(lat) - TRUTH.lat), 103_600 * (Number(lon) - TRUTH.lon))).toBeLessThan(30);
    expect(Number(low)).toBeLessThan(TRUTH.rate_kgph);
    expect(Number(high)).toBeGreaterThan(TRUTH.rate_kgph);
  });
});

/** Lines that differ in words, or in a number by more than the tolerance. */
function differenceOf(shown: string, printed: string): { shown: string; printed: string }[] {
  const [a, b] = [shown.split('\n'), printed.split('\n')];
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => ({
    shown: a[i] ?? '(no line)',
    printed: b[i] ?? '(no line)',
  })).filter((line) => !isAlike(line.shown, line.printed));
}

/** Legs of nearly the same worth may change places, and with that what each is for. */
const LEG_PURPOSE = /(likely plumes .*);.*/;

function isAlike(shownLine: string, printedLine: string): boolean {
  const [shown, printed] = [shownLine.replace(LEG_PURPOSE, '$1'), printedLine.replace(LEG_PURPOSE, '$1')];
  if (shown.replace(NUMBER, '#') !== printed.replace(NUMBER, '#')) return false;
  const [a, b] = [numbersIn(shown), numbersIn(printed)];
  return a.every((value, i) => Math.abs(value - b[i]!) <= TOLERANCE.absolute + TOLERANCE.part * Math.abs(value));
}

function numbersIn(text: string): number[] {
  return (text.match(NUMBER) ?? []).map((number) => Number(number.replaceAll(',', '').replace('\u2212', '-')));
}
