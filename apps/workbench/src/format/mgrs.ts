/**
 * Military Grid Reference System, 1 m digits, from WGS84 degrees. Transverse Mercator by Krüger's series to n^4
 * (Karney 2011, eq. 7-9 and 35), good to well under a millimetre; letters by NGA.SIG.0012 section 3. Polar zones: none.
 */
import type { Position } from '@plumeline/core';

const A = 6_378_137;
const F = 1 / 298.257223563;
const N = F / (2 - F);
const RECTIFYING_RADIUS = (A / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const SCALE = 0.9996;
const FALSE_EAST_M = 500_000;
const FALSE_NORTH_M = 10_000_000;
const ALPHA = [
  N / 2 - (2 * N ** 2) / 3 + (5 * N ** 3) / 16 + (41 * N ** 4) / 180,
  (13 * N ** 2) / 48 - (3 * N ** 3) / 5 + (557 * N ** 4) / 1440,
  (61 * N ** 3) / 240 - (103 * N ** 4) / 140,
  (49_561 * N ** 4) / 161_280,
];
const DEGREE = Math.PI / 180;
const BANDS = 'CDEFGHJKLMNPQRSTUVWX';
const COLUMN_LETTERS = ['ABCDEFGH', 'JKLMNPQR', 'STUVWXYZ'];
const ROW_LETTERS = 'ABCDEFGHJKLMNPQRSTUV';

/** `13R BK 27394 42361`; undefined beyond 80° S and 84° N, where UTM ends. */
export function toMgrs(position: Position): string | undefined {
  if (position.lat < -80 || position.lat > 84) return undefined;
  const zone = zoneOf(position);
  const { east_m, north_m } = toUtm(position, zone);
  const band = BANDS[Math.min(19, Math.floor((position.lat + 80) / 8))];
  const column = COLUMN_LETTERS[(zone - 1) % 3]![Math.floor(east_m / 100_000) - 1];
  const row = ROW_LETTERS[(Math.floor(north_m / 100_000) + (zone % 2 === 0 ? 5 : 0)) % 20];
  const digits = (metres: number) => String(Math.floor(metres) % 100_000).padStart(5, '0');
  return `${zone}${band} ${column}${row} ${digits(east_m)} ${digits(north_m)}`;
}

function zoneOf({ lat, lon }: Position): number {
  if (lat >= 56 && lat < 64 && lon >= 3 && lon < 12) return 32;
  if (lat >= 72 && lon >= 0 && lon < 42) return lon < 9 ? 31 : lon < 21 ? 33 : lon < 33 ? 35 : 37;
  return Math.min(60, Math.floor((lon + 180) / 6) + 1);
}

function toUtm({ lat, lon }: Position, zone: number): { east_m: number; north_m: number } {
  const lambda = (lon - (zone * 6 - 183)) * DEGREE;
  const e = (2 * Math.sqrt(N)) / (1 + N);
  const sinPhi = Math.sin(lat * DEGREE);
  const tau = Math.sinh(Math.atanh(sinPhi) - e * Math.atanh(e * sinPhi));
  const xi0 = Math.atan2(tau, Math.cos(lambda));
  const eta0 = Math.asinh(Math.sin(lambda) / Math.hypot(tau, Math.cos(lambda)));
  let xi = xi0;
  let eta = eta0;
  ALPHA.forEach((alpha, i) => {
    const k = 2 * (i + 1);
    xi += alpha * Math.sin(k * xi0) * Math.cosh(k * eta0);
    eta += alpha * Math.cos(k * xi0) * Math.sinh(k * eta0);
  });
  const north_m = SCALE * RECTIFYING_RADIUS * xi;
  return {
    east_m: FALSE_EAST_M + SCALE * RECTIFYING_RADIUS * eta,
    north_m: lat < 0 ? FALSE_NORTH_M + north_m : north_m,
  };
}
