/**
 * Ordinates in JCAMP-DX's compressed forms (McDonald & Wilks 1988, Appl. Spectrosc. 42, 151, section 5): AFFN, PAC, SQZ,
 * DIF, DUP and any mixture of them. One line in, its numbers out; the caller owns lines and checks.
 */

/** SQZ: `@ A..I a..i`, the first digit with its sign; DIF: `% J..R j..r`; DUP: `S..Z s`. */
const SQUEEZED = signedDigits('@ABCDEFGHI', 'abcdefghi');
const DIFFERENCE = signedDigits('%JKLMNOPQR', 'jklmnopqr');
const DUPLICATE = new Map([...'STUVWXYZs'].map((letter, index) => [letter, index + 1] as const));
/** The sign of an exponent is not optional: `E` without one is the squeezed digit 5. */
const NUMBER = /[+-]?(?:\d+\.?\d*|\.\d+)(?:[Ee][+-]\d{1,3}(?!\d))?/y;
const DIGITS = /\d*\.?\d*/y;
/** No instrument repeats an ordinate more often; larger is a damaged count. */
const MOST_REPEATS = 1_000_000;

export interface AsdfLine {
  /** The abscissa that opens the line, unscaled; undefined when the line does not open with a plain number. */
  readonly x: number | undefined;
  /** Ordinates, unscaled; NaN for `?`. In difference form already summed. */
  readonly values: number[];
  /** The last ordinate came from a difference, so the next line opens with it once more as a check. */
  readonly endsInDifference: boolean;
}

/** What is wrong with a line, and where in it (column from 0). */
export interface AsdfError {
  readonly message: string;
  readonly column: number;
}

/**
 * One line of `(X++(Y..Y))`.
 * @param most ordinates the caller has room for: repeats stop one beyond it, so that a damaged count cannot fill memory
 */
export function parseAsdfLine(line: string, most = MOST_REPEATS): AsdfLine | AsdfError {
  const values: number[] = [];
  let x: number | undefined;
  let isFirst = true;
  let lastDifference: number | undefined;
  let position = 0;
  while (position < line.length) {
    const letter = line[position]!;
    const fail = (message: string): AsdfError => ({ message, column: position });
    if (letter === ' ' || letter === '\t' || letter === ',' || letter === ';') {
      position++;
      continue;
    }
    if (letter === '?') {
      values.push(Number.NaN);
      lastDifference = undefined;
      position++;
    } else if (SQUEEZED.has(letter)) {
      const token = digitsAt(line, position + 1);
      values.push(joined(SQUEEZED.get(letter)!, token));
      lastDifference = undefined;
      position += 1 + token.length;
    } else if (DIFFERENCE.has(letter)) {
      const token = digitsAt(line, position + 1);
      const before = values.at(-1);
      if (before === undefined || Number.isNaN(before)) return fail('A difference has no ordinate before it.');
      lastDifference = joined(DIFFERENCE.get(letter)!, token);
      values.push(before + lastDifference);
      position += 1 + token.length;
    } else if (DUPLICATE.has(letter)) {
      const token = digitsAt(line, position + 1);
      const count = Number(`${DUPLICATE.get(letter)}${token}`);
      const before = values.at(-1);
      if (before === undefined) return fail('A repeat count has no ordinate before it.');
      if (!(count <= MOST_REPEATS) || !Number.isInteger(count))
        return fail(`A repeat count of ${count} is impossible.`);
      for (let repeat = 1; repeat < count && values.length <= most; repeat++) {
        values.push(values.at(-1)! + (lastDifference ?? 0));
      }
      position += 1 + token.length;
    } else {
      NUMBER.lastIndex = position;
      const match = NUMBER.exec(line);
      if (match === null) return fail(`"${letter}" is no part of a number in any JCAMP-DX form.`);
      if (isFirst) x = Number(match[0]);
      else values.push(Number(match[0]));
      lastDifference = undefined;
      position += match[0].length;
    }
    isFirst = false;
  }
  return { x, values, endsInDifference: lastDifference !== undefined };
}

function digitsAt(line: string, start: number): string {
  DIGITS.lastIndex = start;
  return DIGITS.exec(line)?.[0] ?? '';
}

/** -2 and `34` make -234; a negative zero does not arise, as no form has one. */
function joined(lead: number, rest: string): number {
  const size = Number(`${Math.abs(lead)}${rest}`);
  return lead < 0 ? -size : size;
}

function signedDigits(plus: string, minus: string): ReadonlyMap<string, number> {
  const table = new Map<string, number>();
  [...plus].forEach((letter, digit) => {
    table.set(letter, digit);
  });
  [...minus].forEach((letter, index) => {
    table.set(letter, -(index + 1));
  });
  return table;
}
