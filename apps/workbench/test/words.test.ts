import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { en } from '../src/words/en.ts';
import { es } from '../src/words/es.ts';

const ROOT = new URL('../', import.meta.url).pathname;

function flatten(table: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(table).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flatten(value, `${prefix + key}.`)],
    ),
  );
}

const english = flatten(en);
const spanish = flatten(es);
const source = globSync('src/**/*.{ts,tsx}', { cwd: ROOT })
  .filter((file) => !file.startsWith('src/words/'))
  .map((file) => readFileSync(`${ROOT}/${file}`, 'utf8'))
  .join('\n');

test('both languages have the same words', () => {
  expect([...spanish.keys()]).toEqual([...english.keys()]);
  expect(english.size).toBeGreaterThan(200);
});

test('no word is empty, and none is left in English by oversight', () => {
  // Names, units and words that are the same in both languages.
  const same =
    /^(app\.name|unit\.interval$|bar\.(english|spanish)|map\.(attribution.*|concentration)|series\.(ppm|sampleText)|site\.digest|flight\.(nullArea|peak)|jobs\.name)/;
  for (const [key, text] of spanish) {
    expect(text.trim(), key).not.toBe('');
    if (!same.test(key)) expect(text, key).not.toBe(english.get(key));
  }
});

test('a sentence takes the same values in both languages', () => {
  const values = (text = '') => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
  for (const [key, text] of english) expect(values(spanish.get(key)), key).toEqual(values(text));
});

test('every key that the source asks for is there', () => {
  const asked = [...source.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map(([, key]) => key!);
  expect(asked.length).toBeGreaterThan(100);
  const missing = asked.filter((key) => !english.has(key) && !english.has(`${key}_one`));
  expect(missing).toEqual([]);
});

test('no word is left over', () => {
  const families = [...source.matchAll(/`([\w.]+)\.\$\{/g)].map(([, family]) => `${family}.`);
  const unused = [...english.keys()]
    .map((key) => key.replace(/_(one|other)$/, ''))
    .filter((key) => !source.includes(`'${key}'`) && !families.some((family) => key.startsWith(family)));
  expect(unused).toEqual([]);
});
