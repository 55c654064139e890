/** Texts that stand for a reading outside what an instrument can measure. */
import type { SensorProfileContent } from '../profile/schema.ts';
import { parseNumber } from './numbers.ts';

/** -1 for "at most", +1 for "at least". */
export type Bound = -1 | 1;

/** What a text says instead of a number; `value` in the file's unit, absent where only the limit itself is meant. */
export interface CensoredText {
  readonly bound: Bound;
  readonly value?: number;
}

/** What a profile says of such texts. */
export type CensoringRules = SensorProfileContent['concentration']['censored'];

/** `<0.5`, `>500`, or a declared text such as BDL; undefined for anything else. */
export function parseCensored(text: string, decimal: '.' | ',', rules: CensoringRules): CensoredText | undefined {
  const trimmed = text.trim();
  if (rules?.below?.includes(trimmed)) return { bound: -1 };
  if (rules?.above?.includes(trimmed)) return { bound: 1 };
  const match = /^([<>\u2264\u2265])=?\s*(.+)$/.exec(trimmed);
  if (match === null) return undefined;
  const value = parseNumber(match[2], decimal);
  // "<-1" says nothing that a mole fraction could be.
  if (typeof value !== 'number' || value < 0) return undefined;
  return { bound: match[1] === '<' || match[1] === '\u2264' ? -1 : 1, value };
}
