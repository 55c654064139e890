import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exampleEstimate, exampleRecording, exampleSeries } from '../../formats/test/example-records.ts';
import { headlineOf, renderReport } from '../src/report.ts';
import { cividisOnLight } from '../src/report-colour.ts';
import { formatArea, formatDms, formatNumber, ticksOf } from '../src/report-format.ts';
import { renderOverview } from '../src/report-overview.ts';
import { areaOf } from '../src/report-sections.ts';
import { sayCaveat, wordsIn } from '../src/report-words.ts';
import { exampleNull, exampleProcessed } from './example-processed.ts';

const OPTIONS = { name: 'flight <one>', language: 'en', software: 'plumeline 0.0.0-test' } as const;
const EXERCISE = exampleProcessed({ recording: exampleRecording({ exercise: true }) });

describe('report', () => {
  it('asks nothing of any network: no address, script, image or sheet', () => {
    const html = renderReport([exampleProcessed()], OPTIONS);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'`);
    expect(html).not.toMatch(/https?:|<script|<img|<link|url\(|@import|\son\w+=/i);
  });

  it('escapes names that come from outside', () => {
    const recording = exampleRecording({
      name: '<img src=x onerror=alert(1)>',
      files: [{ name: '"><script>', digest: 'd', bytes: 1 }],
    });
    const html = renderReport([exampleProcessed({ recording })], OPTIONS);
    expect(html).not.toMatch(/<img|<script/);
    expect(html).toContain('flight &#60;one&#62;');
  });

  it('says the finding with its interval, never a number alone', () => {
    const html = renderReport([exampleProcessed()], OPTIONS);
    expect(html).toContain('<h1>Methane source located</h1>');
    expect(html).toContain('It emitted 4,100 kg/h (1,500\u20139,100, 90 %).');
    expect(html).toContain('57.01160, 1.83850');
    expect(html).toContain(`<td class="hash">${'a'.repeat(64)}</td>`);
  });

  it('says what would have been seen when nothing was found', () => {
    const html = renderReport([exampleNull()], OPTIONS);
    expect(html).toContain('<h1>No methane source found</h1>');
    expect(html).toContain('One of 31.4 kg/h would have been seen with 90 % probability');
  });

  it.each([
    ['inside both', { lat: 57.0116, lon: 1.8385 }, ['inside the 50 %', 'inside the 90 %']],
    ['outside both', { lat: 57.2, lon: 1.8385 }, ['outside the 50 %', 'outside the 90 %']],
  ])('says where the known position lies: %s', (_, truth, sentences) => {
    const html = renderReport([exampleProcessed()], { ...OPTIONS, truth });
    for (const sentence of sentences) expect(html).toContain(`The known position is ${sentence} region.`);
  });

  it('carries the EXERCISE banner in its language, and only then', () => {
    expect(renderReport([EXERCISE], OPTIONS)).toContain('<strong>EXERCISE</strong>');
    expect(renderReport([EXERCISE], { ...OPTIONS, language: 'es' })).toContain('<strong>EJERCICIO</strong>');
    expect(renderReport([EXERCISE], OPTIONS)).toContain('@top-center{content:"EXERCISE"');
    expect(renderReport([exampleProcessed()], OPTIONS)).not.toContain('class="banner"');
  });

  it('is the same bytes for the same records', () => {
    expect(renderReport([exampleProcessed()], OPTIONS)).toBe(renderReport([exampleProcessed()], OPTIONS));
  });

  it('has Spanish words for everything it says in English', () => {
    const words = (html: string) =>
      new Set(
        html
          .replace(/<style>[\s\S]*<\/style>/, '')
          .replace(/<[^>]*>/g, '\n')
          .split('\n')
          .map((text) => text.trim())
          .filter((text) => /[a-z]{4}/.test(text)),
      );
    const english = words(renderReport([exampleProcessed(), exampleNull()], OPTIONS));
    const spanish = words(renderReport([exampleProcessed(), exampleNull()], { ...OPTIONS, language: 'es' }));
    const shared = [...english].filter((text) => spanish.has(text));
    // What remains alike is names, ids and digests.
    for (const text of shared)
      expect(text).toMatch(
        /^(Plumeline|Bytes$|plumeline (0|trace)|flight|[a-f0-9]{64}|(sit|est|nul)-|profile|example)/,
      );
    expect(shared.length).toBeGreaterThan(0);
  });

  it('draws a curve through every peak, however long the recording', () => {
    const count = 20_000;
    const peakAt = 12_345;
    const column = (f: (i: number) => number) => Float64Array.from({ length: count }, (_, i) => f(i));
    const { leg: _, ...series } = exampleSeries();
    const long = {
      ...series,
      count,
      time_s: column((i) => 1_333_461_600 + i),
      lat_deg: column((i) => 57 + 1e-6 * i),
      lon_deg: column(() => 1.8),
      moleFraction_ppm: column((i) => (i === peakAt ? 9 : 2)),
    };
    const background_ppm = column(() => 2);
    const processed = exampleProcessed();
    const html = renderReport(
      [
        {
          ...processed,
          recording: exampleRecording({ startAt: '2012-04-03T14:00:00.000Z', endAt: '2012-04-03T19:33:19.000Z' }),
          series: long,
          located: { ...processed.located, series: { background_ppm, fitted_ppm: background_ppm } },
        },
      ],
      OPTIONS,
    );
    // The peak stands at 6 % below the top of a chart 300 high whose range has 6 % added on each side.
    const top = (300 * 0.06) / 1.12;
    expect(html).toContain(`${((1000 * peakAt) / (count - 1)).toFixed(1)} ${top.toFixed(1)}`);
  });

  it('lists many recordings with a link each', () => {
    const html = renderOverview(
      [exampleProcessed(), exampleNull()],
      OPTIONS,
      ({ recording }) => `flights/${recording.id}/report.html`,
    );
    expect(html).toContain('1 of 2 recordings show a source.');
    expect(html.match(/href="flights\/rec-1\/report.html"/g)).toHaveLength(2);
    expect(html).toContain('nothing found; 31.4 kg/h would have been seen');
  });

  it('counts sources in its headline', () => {
    const processed = exampleProcessed();
    const two = {
      ...processed,
      located: { ...processed.located, sources: [exampleEstimate(), exampleEstimate({ id: 'est-2' })] },
    };
    expect(headlineOf([two], 'en')).toBe('2 methane sources located');
    expect(headlineOf([two], 'es')).toBe('2 fuentes de metano localizadas');
    expect(wordsIn('es')('source', { n: 2 })).toBe('Fuente 2');
  });
});

describe('numbers of the report', () => {
  it.each([
    [412.3, '412'],
    [4_100.5, '4,100'],
    [1_234_567, '1,230,000'],
    [0.045_67, '0.0457'],
    [-12.34, '\u221212.3'],
    [0, '0'],
    [9.999, '10'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('%f is written %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('writes degrees, minutes and seconds that never reach sixty', () => {
    expect(formatDms({ lat: 57.011619, lon: 1.838534 }, 'W')).toBe('57° 00′ 41.8″ N 1° 50′ 18.7″ E');
    expect(formatDms({ lat: -24.999_999_9, lon: -107.5 }, 'O')).toBe('25° 00′ 00.0″ S 107° 30′ 00.0″ O');
  });

  it('picks round ticks inside the range', () => {
    expect(ticksOf(1.88, 2.36, 5)).toEqual([1.9, 2, 2.1, 2.2, 2.3]);
    expect(ticksOf(0, 1, 4)).toEqual([0, 0.5, 1]);
  });

  it('measures the area of a region on the ground', () => {
    const { region50 } = exampleEstimate();
    // 0.02 degrees of latitude by 0.02 of longitude at 57.01 N: 2,227 m by 1,215 m.
    expect(areaOf(region50) / (2227.4 * 1215.1)).toBeCloseTo(1, 2);
    expect(formatArea(areaOf(region50))).toBe('2.71 km²');
  });
});

describe('caveats', () => {
  const folder = join(import.meta.dirname, '..', 'src');
  // Those of cubes, in their own folder, have words of their own (cube/report-cube-words.ts).
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(folder, name), 'utf8'));
  // Faults have a message and a remedy; caveats are what has a code and parameters.
  const codes = new Set(
    sources.flatMap((text) => [...text.matchAll(/code: '([a-z-]+)',\s*params:/g)].map(([, code]) => code!)),
  );

  it('finds the codes of the locate stage', () => {
    expect(codes.size).toBeGreaterThan(4);
  });

  it.each([...codes])('%s has words in both languages', (code) => {
    expect(sayCaveat('en', code, {})).toMatch(/ .* .*\.$/);
    expect(sayCaveat('es', code, {})).not.toBe(sayCaveat('en', code, {}));
  });

  it('fills numbers to three figures and shows an unknown code as it is', () => {
    expect(sayCaveat('en', 'wind-single-value', { fromDeg: 56.555_963 })).toContain('from 56.6°');
    expect(sayCaveat('es', 'new-code', { share: 0.3 })).toBe('new-code (share 0.3)');
  });
});

describe('colour scale', () => {
  it('darkens all the way from clean air to the peak', () => {
    const luminance = (hex: string) =>
      [1, 3, 5]
        .map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
        .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i]!, 0);
    const steps = Array.from({ length: 50 }, (_, i) => luminance(cividisOnLight(i / 49)));
    expect(steps).toEqual(steps.toSorted((a, b) => b - a));
    expect(new Set(steps).size).toBe(50);
    expect(cividisOnLight(1)).toBe('#00224e');
  });
});
