/** Connected groups of pixels (8 neighbours), found by hysteresis (Canny 1986): grown low, kept where high. */
export interface Component {
  /** Indices into the map, ascending. */
  readonly pixels: Int32Array;
  /** Largest value within. */
  readonly peak: number;
}

/** Groups above `low` (per column) that hold a value above `high` (per column). */
export function hysteresis(
  score: Float64Array,
  lines: number,
  samples: number,
  low: ArrayLike<number>,
  high: ArrayLike<number>,
): Component[] {
  const seen = new Uint8Array(score.length);
  const found: Component[] = [];
  for (let p = 0; p < score.length; p++) {
    if (seen[p] === 1 || !(score[p] > high[p % samples])) continue;
    found.push(grow(score, lines, samples, low, p, seen));
  }
  return found;
}

function grow(
  score: Float64Array,
  lines: number,
  samples: number,
  low: ArrayLike<number>,
  start: number,
  seen: Uint8Array,
): Component {
  const stack = [start];
  const pixels: number[] = [];
  let peak = Number.NEGATIVE_INFINITY;
  seen[start] = 1;
  while (stack.length > 0) {
    const p = stack.pop()!;
    pixels.push(p);
    peak = Math.max(peak, score[p]);
    const [line, sample] = [Math.floor(p / samples), p % samples];
    for (let l = Math.max(0, line - 1); l <= Math.min(lines - 1, line + 1); l++)
      for (let s = Math.max(0, sample - 1); s <= Math.min(samples - 1, sample + 1); s++) {
        const q = l * samples + s;
        if (seen[q] === 1 || !(score[q] > low[s])) continue;
        seen[q] = 1;
        stack.push(q);
      }
  }
  return { pixels: Int32Array.from(pixels).sort(), peak };
}

/**
 * Benjamini & Hochberg 1995: which of several p-values to believe so that at most a share `rate` of those believed is
 * expected to be false; `tests` how many there could have been.
 */
export function falseDiscoveryKept(pValues: readonly number[], rate: number, tests: number): boolean[] {
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j]);
  let last = -1;
  order.forEach((i, rank) => {
    if (pValues[i] <= (rate * (rank + 1)) / tests) last = rank;
  });
  const kept = pValues.map(() => false);
  for (let rank = 0; rank <= last; rank++) kept[order[rank]] = true;
  return kept;
}
