import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { escapeXml, formatKml, type KmlContent } from '../src/kml/encode.ts';
import { exampleDetection, exampleEstimate, exampleRecording, exampleSeries, exampleSite } from './example-records.ts';

const HAS_GDAL = spawnSync('ogrinfo', ['--version']).status === 0;
const SCHEMA = join(import.meta.dirname, '../../../../shared/vectors/kml/xsd/ogc/kml/2.2.0/ogckml22.xsd');
const HAS_SCHEMA = existsSync(SCHEMA) && spawnSync('xmllint', ['--version']).status === 0;

const CONTENT: KmlContent = {
  name: 'Elgin <b> & "quotes" \u0001',
  exercise: false,
  sites: [exampleSite()],
  sources: [exampleEstimate()],
  detections: [exampleDetection({ substance: '<script>&' })],
  tracks: [{ recording: exampleRecording({ name: "O'Neill & <co>" }), series: exampleSeries() }],
};

describe('KML', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plumeline-kml-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const write = (content: KmlContent): string => {
    const file = join(folder, 'out.kml');
    writeFileSync(file, formatKml(content));
    return file;
  };

  it('escapes what XML reserves and replaces what it forbids', () => {
    expect(escapeXml('a<b>&"\'\u0000\u001f\tñ')).toBe('a&#60;b&#62;&#38;&#34;&#39;\ufffd\ufffd\tñ');
    expect(formatKml(CONTENT)).not.toContain('<script>');
  });

  it('names exercise data in the document and in each placemark of a record', () => {
    const text = formatKml({ ...CONTENT, exercise: true, sites: [exampleSite({ exercise: true })] });
    expect(text).toContain('<name>EXERCISE Elgin');
    expect(text).toContain('<name>EXERCISE S-7F3A 90 %</name>');
  });

  it.skipIf(!HAS_SCHEMA).each([
    ['full', CONTENT],
    ['empty', { ...CONTENT, sites: [], sources: [], detections: [], tracks: [] }],
  ])('is valid by the OGC schema: %s', (_, content) => {
    const file = write(content);
    const run = spawnSync('xmllint', ['--nonet', '--noout', '--schema', SCHEMA, file], { encoding: 'utf8' });
    expect(run.stderr).toContain('validates');
    expect(run.status).toBe(0);
  });

  it.skipIf(!HAS_GDAL)('opens in GDAL with names intact', () => {
    const summary = execFileSync('ogrinfo', ['-al', write(CONTENT)], { encoding: 'utf8' });
    expect(summary).toContain("O'Neill & <co>");
    expect(summary).toContain('S-7F3A 90 %');
    expect(summary.match(/^Layer name: .*/gm)).toEqual(
      ['Sites', 'Sources', 'Detections', 'Track'].map((name) => `Layer name: ${name}`),
    );
    expect(summary).toMatch(/LINESTRING Z? ?\(1.7 56.97 60/);
  });
});
