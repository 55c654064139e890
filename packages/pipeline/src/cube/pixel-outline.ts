/** Outer edges of groups of cells as rings along the cells' sides; holes are filled. */

type Corner = readonly [column: number, line: number];

/** Rings of outer edges, each closed, clockwise with lines pointing down; `inside` is 1 in a cell [line x column]. */
export function outlinesOf(inside: (line: number, column: number) => boolean, cells: Iterable<Corner>): Corner[][] {
  const edges = new Map<string, Corner[]>();
  const add = (from: Corner, to: Corner) => {
    const key = from.join();
    const known = edges.get(key);
    if (known === undefined) edges.set(key, [to]);
    else known.push(to);
  };
  for (const [c, l] of cells) {
    if (!inside(l - 1, c)) add([c, l], [c + 1, l]);
    if (!inside(l, c + 1)) add([c + 1, l], [c + 1, l + 1]);
    if (!inside(l + 1, c)) add([c + 1, l + 1], [c, l + 1]);
    if (!inside(l, c - 1)) add([c, l + 1], [c, l]);
  }
  const rings: Corner[][] = [];
  for (const [key] of edges) {
    while ((edges.get(key)?.length ?? 0) > 0) rings.push(walk(key.split(',').map(Number) as unknown as Corner, edges));
  }
  return rings.filter((ring) => twiceArea(ring) > 0).map(withoutStraights);
}

function walk(start: Corner, edges: Map<string, Corner[]>): Corner[] {
  const ring: Corner[] = [start];
  let [from, before]: [Corner, Corner | undefined] = [start, undefined];
  for (;;) {
    const open = edges.get(from.join())!;
    // Where two cells touch at a corner the ring stays with its own cell: it turns right.
    const turn = (to: Corner) =>
      before === undefined ? 0 : (from[0] - before[0]) * (to[1] - from[1]) - (from[1] - before[1]) * (to[0] - from[0]);
    const next = open.reduce((best, to) => (turn(to) > turn(best) ? to : best));
    open.splice(open.indexOf(next), 1);
    ring.push(next);
    if (next[0] === start[0] && next[1] === start[1]) return ring;
    [before, from] = [from, next];
  }
}

function twiceArea(ring: readonly Corner[]): number {
  let sum = 0;
  for (let i = 1; i < ring.length; i++) sum += ring[i - 1]![0] * ring[i]![1] - ring[i]![0] * ring[i - 1]![1];
  return sum;
}

/** Without the corners in the middle of a straight side. */
function withoutStraights(ring: readonly Corner[]): Corner[] {
  const open = ring.slice(0, -1);
  const kept = open.filter((at, i) => {
    const [a, b] = [open.at(i - 1)!, open[(i + 1) % open.length]!];
    return (at[0] - a[0]) * (b[1] - at[1]) !== (at[1] - a[1]) * (b[0] - at[0]);
  });
  return [...kept, kept[0]!];
}
