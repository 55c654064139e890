/** The steady plume as a forward model: points, open paths, area and elevated sources. Equation in plume-kernel.ts. */
import { areaCoupling, type WindCorner } from './area-source.ts';
import type { ForwardModel, Observations, PlumeSource } from './forward-model.ts';
import { pathMeanCoupling } from './open-path.ts';
import { type GaussianPlumeOptions, type PlumeKernel, plumeKernel, pointCoupling } from './plume-kernel.ts';
import { gaussLegendre } from './special-functions.ts';
import { surfaceRelease } from './spread.ts';

/**
 * Steady plume as a forward model. Area sources are integrated exactly for points (area-source.ts), and for open paths,
 * which average over them anyway, over a Gauss-Legendre lattice of points; heights over a lattice in both.
 */
export function gaussianPlume(options: GaussianPlumeOptions = {}): ForwardModel {
  const spread = options.spread ?? surfaceRelease;
  return {
    name: `Gaussian plume, ${spread.name}`,
    coupling(source, observations, out = new Float64Array(observations.count)) {
      const kernels = observations.air.map((air) => plumeKernel(air, source.height_m, { ...options, spread }));
      out.fill(0);
      if (source.width_m !== undefined && source.width_m > 0 && observations.end === undefined) {
        for (const part of heightLattice(source)) addAreaCoupling(kernels, source, part, observations, out);
      } else {
        for (const part of sourceLattice(source)) addCoupling(kernels, part, observations, out);
      }
      return out;
    },
  };
}

function addCoupling(
  kernels: readonly PlumeKernel[],
  part: { readonly x_m: number; readonly y_m: number; readonly height_m: number; readonly weight: number },
  observations: Observations,
  out: Float64Array,
): void {
  const { x_m, y_m, height_m, end, airIndex } = observations;
  for (let i = 0; i < observations.count; i++) {
    const kernel = kernels[airIndex[i]];
    const east = x_m[i] - part.x_m;
    const north = y_m[i] - part.y_m;
    const d = east * kernel.towardEast + north * kernel.towardNorth;
    const e = north * kernel.towardEast - east * kernel.towardNorth;
    let coupling: number;
    if (end === undefined || (end.x_m[i] === x_m[i] && end.y_m[i] === y_m[i] && end.height_m[i] === height_m[i])) {
      coupling = pointCoupling(kernel, d, e, height_m[i], part.height_m);
    } else {
      const farEast = end.x_m[i] - part.x_m;
      const farNorth = end.y_m[i] - part.y_m;
      const path = {
        d0: d,
        e0: e,
        z0: height_m[i],
        d1: farEast * kernel.towardEast + farNorth * kernel.towardNorth,
        e1: farNorth * kernel.towardEast - farEast * kernel.towardNorth,
        z1: end.height_m[i],
      };
      coupling = pathMeanCoupling(kernel, path, part.height_m);
    }
    out[i] += part.weight * coupling;
  }
}

/** Adds an area source at one height for point receptors. */
function addAreaCoupling(
  kernels: readonly PlumeKernel[],
  source: PlumeSource,
  part: { readonly height_m: number; readonly weight: number },
  { count, x_m, y_m, height_m, airIndex }: Observations,
  out: Float64Array,
): void {
  const [sin, cos] = [Math.sin(source.bearing_rad ?? 0), Math.cos(source.bearing_rad ?? 0)];
  const [halfWidth, halfLength] = [(source.width_m ?? 0) / 2, (source.length_m ?? source.width_m ?? 0) / 2];
  const corners = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ].map(([u, v]) => [
    source.x_m + u * halfWidth * cos + v * halfLength * sin,
    source.y_m + v * halfLength * cos - u * halfWidth * sin,
  ]);
  for (let i = 0; i < count; i++) {
    const kernel = kernels[airIndex[i]];
    const seen = corners.map(([x, y]): WindCorner => {
      const [east, north] = [x_m[i] - x, y_m[i] - y];
      return [
        east * kernel.towardEast + north * kernel.towardNorth,
        north * kernel.towardEast - east * kernel.towardNorth,
      ];
    });
    out[i] += part.weight * areaCoupling(kernel, seen, height_m[i], part.height_m);
  }
}

const LATTICE = gaussLegendre(4);

function offsetsOver(extent: number | undefined): { readonly offset: number; readonly weight: number }[] {
  return extent === undefined || extent === 0
    ? [{ offset: 0, weight: 1 }]
    : Array.from(LATTICE.nodes, (node, i) => ({ offset: (node * extent) / 2, weight: LATTICE.weights[i] / 2 }));
}

function heightLattice({ height_m, depth_m }: PlumeSource): { readonly height_m: number; readonly weight: number }[] {
  return offsetsOver(depth_m).map(({ offset, weight }) => ({ height_m: Math.max(0, height_m + offset), weight }));
}

/** A point source as itself; an area or volume source as weighted points (exact for polynomials of degree 7). */
export function sourceLattice(
  source: PlumeSource,
): { readonly x_m: number; readonly y_m: number; readonly height_m: number; readonly weight: number }[] {
  const [sin, cos] = [Math.sin(source.bearing_rad ?? 0), Math.cos(source.bearing_rad ?? 0)];
  return offsetsOver(source.width_m).flatMap((along) =>
    offsetsOver(source.length_m ?? source.width_m).flatMap((side) =>
      heightLattice(source).map((up) => ({
        x_m: source.x_m + along.offset * cos + side.offset * sin,
        y_m: source.y_m + side.offset * cos - along.offset * sin,
        height_m: up.height_m,
        weight: along.weight * side.weight * up.weight,
      })),
    ),
  );
}
