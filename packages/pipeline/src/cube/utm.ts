/**
 * UTM to longitude and latitude on WGS84: the inverse transverse Mercator of Krueger's series in n to fourth order
 * (Karney 2011, J. Geodesy 85:475, eq. 36; better than a millimetre within a zone).
 */
import type { Position } from '@plumeline/core';

const SEMI_MAJOR_M = 6_378_137;
const FLATTENING = 1 / 298.257223563;
const N = FLATTENING / (2 - FLATTENING);
const SCALE = 0.9996;
const FALSE_EASTING_M = 500_000;
const SOUTH_NORTHING_M = 10_000_000;
const RECTIFYING_RADIUS_M = (SEMI_MAJOR_M / (1 + N)) * (1 + N ** 2 / 4 + N ** 4 / 64);
const BETA = [
  N / 2 - (2 / 3) * N ** 2 + (37 / 96) * N ** 3 - N ** 4 / 360,
  N ** 2 / 48 + N ** 3 / 15 - (437 / 1440) * N ** 4,
  (17 / 480) * N ** 3 - (37 / 840) * N ** 4,
  (4397 / 161_280) * N ** 4,
];
const ECCENTRICITY = Math.sqrt(FLATTENING * (2 - FLATTENING));
const DEGREE = Math.PI / 180;
const LATITUDE_STEPS = 5;

/** @param epsg 32601 to 32660 (north) or 32701 to 32760 (south) */
export function fromUtm(x_m: number, y_m: number, epsg: number): Position {
  const isSouth = epsg >= 32_700;
  const zone = epsg % 100;
  const xi = (y_m - (isSouth ? SOUTH_NORTHING_M : 0)) / (SCALE * RECTIFYING_RADIUS_M);
  const eta = (x_m - FALSE_EASTING_M) / (SCALE * RECTIFYING_RADIUS_M);
  let [xi0, eta0] = [xi, eta];
  BETA.forEach((beta, i) => {
    const k = 2 * (i + 1);
    xi0 -= beta * Math.sin(k * xi) * Math.cosh(k * eta);
    eta0 -= beta * Math.cos(k * xi) * Math.sinh(k * eta);
  });
  const conformal = Math.sin(xi0) / Math.hypot(Math.sinh(eta0), Math.cos(xi0));
  const lat = Math.atan(geodeticTangent(conformal)) / DEGREE;
  const lon = Math.atan2(Math.sinh(eta0), Math.cos(xi0)) / DEGREE + 6 * zone - 183;
  return { lat, lon };
}

/** tan of the geodetic latitude from that of the conformal one, by Newton (Karney 2011 eq. 19-21). */
function geodeticTangent(conformal: number): number {
  let tau = conformal / (1 - ECCENTRICITY ** 2);
  for (let step = 0; step < LATITUDE_STEPS; step++) {
    const sigma = Math.sinh(ECCENTRICITY * Math.atanh((ECCENTRICITY * tau) / Math.hypot(1, tau)));
    const at = tau * Math.hypot(1, sigma) - sigma * Math.hypot(1, tau);
    const slope =
      (Math.hypot(1, at) * (1 - ECCENTRICITY ** 2) * Math.hypot(1, tau)) / (1 + (1 - ECCENTRICITY ** 2) * tau * tau);
    tau += (conformal - at) / slope;
  }
  return tau;
}
