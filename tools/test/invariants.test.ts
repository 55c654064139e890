import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PURE_PACKAGES } from '../src/layer-rules.ts';

const root = join(import.meta.dirname, '..', '..');
const sources = (pattern: string) =>
  globSync(pattern, { cwd: root }).map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));

/** Text without comments and string contents, so that only names and code are judged. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, ' ')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}

describe("invariant 1: no name for weapon, munition, strike, target priority, or a person's track, face or plate", () => {
  // `target` alone is matched-filter and DOM vocabulary; `track` alone is an aircraft's.
  const forbidden =
    /weapon|munition|warhead|missile|strike(?!through)|airstrike|lethal|kill(?:chain|box|list)|target_?(?:priority|list|package|nominat)|person_?track|track_?of_?person|face_?(?:match|recogn|id\b)|licen[cs]e_?plate|number_?plate|plate_?number/i;
  it.each(['targetPriority', 'weaponId', 'face_match', 'licensePlate', 'personTrack'])(
    'the pattern catches %s',
    (name) => expect(codeOf(`const ${name} = 1;`)).toMatch(forbidden),
  );

  it('holds in every source file, schema and migration', () => {
    const files = sources('{packages,apps}/*/src/**/*.{ts,tsx,sql}');
    expect(files.length).toBeGreaterThan(20);
    const found = files.flatMap(({ file, text }) => {
      const match = forbidden.exec(file.endsWith('.sql') ? text : codeOf(text));
      return match === null ? [] : [`${file}: ${match[0]}`];
    });
    expect(found).toEqual([]);
  });
});

describe('pure packages', () => {
  const impure =
    /Math\.random|Date\.now|new Date\(\)|performance\.now|process\.(?:env|argv|cwd|hrtime|stdout|stderr)|globalThis\.(?:process|fetch)|\bfetch\(|setTimeout|setInterval|crypto\.(?:randomUUID|getRandomValues)/;
  it.each(['Math.random()', 'Date.now()', 'new Date()', 'process.env.HOME'])('the pattern catches %s', (code) =>
    expect(codeOf(`const a = ${code};`)).toMatch(impure),
  );

  it('read no clock, environment, network or randomness', () => {
    const found = PURE_PACKAGES.flatMap((name) => sources(`packages/${name}/src/**/*.ts`)).flatMap(({ file, text }) => {
      const match = impure.exec(codeOf(text));
      return match === null ? [] : [`${file}: ${match[0]}`];
    });
    expect(found).toEqual([]);
  });
});

describe('rooms', () => {
  it('keeps SQL in adapters/postgres and adapters/jobs', () => {
    const sql =
      /\b(?:select\s+[\w*".,\s]+\s+from\s+\w|insert\s+into\s+\w|update\s+\w+\s+set\s|delete\s+from\s+\w|create\s+table\s)/i;
    const found = sources('{packages,apps}/*/src/**/*.{ts,tsx}')
      .filter(({ file }) => !/^packages\/adapters\/src\/(?:postgres|jobs)\//.test(file))
      .filter(({ text }) => sql.test(text.replace(/\/\*[\s\S]*?\*\//g, ' ').replace(/\/\/.*$/gm, '')))
      .map(({ file }) => file);
    expect(found).toEqual([]);
  });

  it('has no file for leftovers', () => {
    const found = globSync('{packages,apps}/*/src/**/*{utils,common,helpers,manager}*', { cwd: root });
    expect(found).toEqual([]);
  });
});
