/**
 * Optimal one-to-one matching: as many pairs as possible within a largest cost, and among those the least total cost.
 * Shortest augmenting paths with potentials (Jonker & Volgenant 1987), O(rows^2 columns).
 */

/** @param cost rows x columns; pairs above `largest` are not allowed. @returns column of each row, or -1. */
export function assign(cost: readonly (readonly number[])[], largest: number): number[] {
  const rows = cost.length;
  if (rows === 0) return [];
  const real = cost[0].length;
  // A pair that is not allowed costs more than all that are; one spare column a row stands for "unmatched".
  const forbidden = (largest + 1) * (rows + 1);
  const columns = real + rows;
  const at = (i: number, j: number) => (j < real && cost[i][j] <= largest ? cost[i][j] : forbidden);
  const rowPotential = new Float64Array(rows + 1);
  const columnPotential = new Float64Array(columns + 1);
  // Column 0 and row 0 are sentinels; rowOf[j] is the row that holds column j.
  const rowOf = new Int32Array(columns + 1);
  for (let row = 1; row <= rows; row++) {
    const previous = new Int32Array(columns + 1);
    const slack = new Float64Array(columns + 1).fill(Infinity);
    const isUsed = new Uint8Array(columns + 1);
    let column = 0;
    rowOf[0] = row;
    do {
      isUsed[column] = 1;
      const i = rowOf[column];
      let delta = Infinity;
      let next = 0;
      for (let j = 1; j <= columns; j++) {
        if (isUsed[j] === 1) continue;
        const reduced = at(i - 1, j - 1) - rowPotential[i] - columnPotential[j];
        if (reduced < slack[j]) {
          slack[j] = reduced;
          previous[j] = column;
        }
        if (slack[j] < delta) {
          delta = slack[j];
          next = j;
        }
      }
      for (let j = 0; j <= columns; j++) {
        if (isUsed[j] === 1) {
          rowPotential[rowOf[j]] += delta;
          columnPotential[j] -= delta;
        } else slack[j] -= delta;
      }
      column = next;
    } while (rowOf[column] !== 0);
    while (column !== 0) {
      rowOf[column] = rowOf[previous[column]];
      column = previous[column];
    }
  }
  const columnOf = new Array<number>(rows).fill(-1);
  for (let j = 1; j <= real; j++)
    if (rowOf[j] > 0 && at(rowOf[j] - 1, j - 1) < forbidden) columnOf[rowOf[j] - 1] = j - 1;
  return columnOf;
}
