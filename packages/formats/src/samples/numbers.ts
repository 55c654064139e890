/** A number as instruments write it. NaN and the reason when it is none. */

export type NumberFault = 'value-missing' | 'value-not-finite' | 'decimal-comma' | 'value-not-number';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const NOT_FINITE = /^[+-]?(?:nan|inf|infinity)(?:\(ind\))?$/i;
const COMMA = /^[+-]?\d{1,3}(?:[.]\d{3})*,\d+(?:[eE][+-]?\d+)?$/;

/** Strict: no blanks inside, no hexadecimal, no thousands marks. `decimal` is the file's decimal mark. */
export function parseNumber(text: string, decimal: '.' | ','): number | NumberFault {
  const trimmed = text.trim();
  const pointed = decimal === ',' ? trimmed.replace(',', '.') : trimmed;
  if (NUMBER.test(pointed)) {
    const value = Number(pointed);
    return Number.isFinite(value) ? value : 'value-not-finite';
  }
  if (trimmed === '') return 'value-missing';
  if (NOT_FINITE.test(trimmed)) return 'value-not-finite';
  return decimal === '.' && COMMA.test(trimmed) ? 'decimal-comma' : 'value-not-number';
}

/** What each fault means and what to do; `text` is the cell, cut to a length that fits a line. */
export function describeNumberFault(fault: NumberFault, text: string): { message: string; remedy: string } {
  const shown = text.length > 40 ? `${text.slice(0, 40)}...` : text;
  const declare = 'If it marks a gap, declare it under "missing" in the profile with its reason; otherwise correct it.';
  switch (fault) {
    case 'value-missing':
      return { message: 'The value is empty.', remedy: declare };
    case 'value-not-finite':
      return { message: `"${shown}" is not a finite number.`, remedy: declare };
    case 'decimal-comma':
      return {
        message: `"${shown}" has a decimal comma.`,
        remedy: 'Write decimals with points, or set text.decimal to "," in the profile.',
      };
    default:
      return { message: `"${shown}" is not a number.`, remedy: declare };
  }
}
