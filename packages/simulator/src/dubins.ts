/**
 * Shortest path of bounded curvature between two poses (Dubins 1957; the six words as in Shkel & Lumelsky 2001).
 * Compass convention: heading in radians clockwise from north, x east, y north; a right turn increases the heading.
 */
export interface Pose {
  readonly x: number;
  readonly y: number;
  readonly heading: number;
}

export interface DubinsPath {
  readonly start: Pose;
  readonly radius_m: number;
  /** Turn direction of each part: +1 right, -1 left, 0 straight; lengths in metres. */
  readonly parts: readonly { readonly turn: number; readonly length_m: number }[];
  readonly length_m: number;
}

const TURN = 2 * Math.PI;
const wrap = (angle: number) => ((angle % TURN) + TURN) % TURN;

export function dubinsPath(start: Pose, end: Pose, radius_m: number): DubinsPath {
  const dx = end.x - start.x;
  const dy = end.y - start.y;
  const d = Math.hypot(dx, dy) / radius_m;
  const bearing = Math.atan2(dx, dy);
  // Angles to the right of the line that joins the poses.
  const words = wordsFor(d, wrap(start.heading - bearing), wrap(end.heading - bearing));
  let best: { parts: number[]; turns: readonly number[]; length: number } | undefined;
  for (const { turns, parts } of words) {
    const length = parts[0] + parts[1] + parts[2];
    if (Number.isFinite(length) && (best === undefined || length < best.length)) best = { parts, turns, length };
  }
  if (best === undefined) throw new Error('No Dubins path: positions or headings are not finite numbers.');
  const { parts, turns } = best;
  return {
    start,
    radius_m,
    parts: parts.map((length, i) => ({ turn: turns[i], length_m: length * radius_m })),
    length_m: best.length * radius_m,
  };
}

/** The six words in units of the radius. With headings to the right positive, R here is L of Shkel & Lumelsky. */
function wordsFor(d: number, a: number, b: number): { turns: readonly number[]; parts: number[] }[] {
  const [sa, sb, ca, cb, cab] = [Math.sin(a), Math.sin(b), Math.cos(a), Math.cos(b), Math.cos(a - b)];
  const [R, L, S] = [1, -1, 0];
  const p2Same = (sign: number) => 2 + d * d - 2 * cab + sign * 2 * d * (sa - sb);
  const outer = (sign: number) => {
    const p = Math.sqrt(p2Same(sign));
    const t = Math.atan2(sign * (cb - ca), d + sign * (sa - sb));
    return { p, t };
  };
  const rsr = outer(1);
  const lsl = outer(-1);
  const pCross1 = Math.sqrt(-2 + d * d + 2 * cab + 2 * d * (sa + sb));
  const tCross1 = Math.atan2(-ca - cb, d + sa + sb) - Math.atan2(-2, pCross1);
  const pCross2 = Math.sqrt(-2 + d * d + 2 * cab - 2 * d * (sa + sb));
  const tCross2 = Math.atan2(ca + cb, d - sa - sb) - Math.atan2(2, pCross2);
  const pLrl = wrap(TURN - Math.acos((6 - d * d + 2 * cab + 2 * d * (sa - sb)) / 8));
  const tLrl = wrap(a - Math.atan2(ca - cb, d - sa + sb) + pLrl / 2);
  const pRlr = wrap(TURN - Math.acos((6 - d * d + 2 * cab + 2 * d * (sb - sa)) / 8));
  const tRlr = wrap(-a - Math.atan2(ca - cb, d + sa - sb) + pRlr / 2);
  return [
    { turns: [R, S, R], parts: [wrap(rsr.t - a), rsr.p, wrap(b - rsr.t)] },
    { turns: [L, S, L], parts: [wrap(a - lsl.t), lsl.p, wrap(lsl.t - b)] },
    { turns: [R, S, L], parts: [wrap(tCross1 - a), pCross1, wrap(tCross1 - b)] },
    { turns: [L, S, R], parts: [wrap(a - tCross2), pCross2, wrap(b - tCross2)] },
    { turns: [L, R, L], parts: [tLrl, pLrl, wrap(a - b - tLrl + pLrl)] },
    { turns: [R, L, R], parts: [tRlr, pRlr, wrap(b - a - tRlr + pRlr)] },
  ];
}

/** Pose after a length along the path [m]. */
export function pointAlong(path: DubinsPath, length_m: number): Pose {
  let { x, y, heading } = path.start;
  let left = length_m;
  for (const { turn, length_m: part } of path.parts) {
    const s = Math.min(left, part);
    const r = path.radius_m;
    if (turn === 0) {
      x += s * Math.sin(heading);
      y += s * Math.cos(heading);
    } else {
      const next = heading + (turn * s) / r;
      x += turn * r * (Math.cos(heading) - Math.cos(next));
      y += turn * r * (Math.sin(next) - Math.sin(heading));
      heading = next;
    }
    left -= s;
    if (left <= 0) break;
  }
  return { x, y, heading };
}
