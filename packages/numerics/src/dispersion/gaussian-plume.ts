/** The steady plume as a forward model: points, open paths, area and elevated sources. Equation in plume-kernel.ts. */
import type { ForwardModel, Observations, PlumeSource } from './forward-model.ts';
import { pathMeanCoupling } from './open-path.ts';
import { type GaussianPlumeOptions, type PlumeKernel, plumeKernel, pointCoupling } from './plume-kernel.ts';
import { gaussLegendre } from './special-functions.ts';
import { surfaceRelease } from './spread.ts';

/** Steady plume as a forward model. Area sources are averaged over a Gauss-Legendre lattice of points. */
export function gaussianPlume(options: GaussianPlumeOptions = {}): ForwardModel {
  const spread = options.spread ?? surfaceRelease;
  return {
    name: `Gaussian plume, ${spread.name}`,
    coupling(source, observations, out = new Float64Array(observations.count)) {
      const kernels = observations.air.map((air) => plumeKernel(air, source.height_m, { ...options, spread }));
      out.fill(0);
      for (const part of sourceLattice(source)) addCoupling(kernels, part, observations, out);
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

const LATTICE = gaussLegendre(4);

/** A point source as itself; an area or volume source as weighted points (exact for polynomials of degree 7). */
export function sourceLattice(
  source: PlumeSource,
): { readonly x_m: number; readonly y_m: number; readonly height_m: number; readonly weight: number }[] {
  const offsets = (extent: number | undefined) =>
    extent === undefined || extent === 0
      ? [{ offset: 0, weight: 1 }]
      : Array.from(LATTICE.nodes, (node, i) => ({ offset: (node * extent) / 2, weight: LATTICE.weights[i] / 2 }));
  const horizontal = offsets(source.width_m);
  const vertical = offsets(source.depth_m);
  return horizontal.flatMap((east) =>
    horizontal.flatMap((north) =>
      vertical.map((up) => ({
        x_m: source.x_m + east.offset,
        y_m: source.y_m + north.offset,
        height_m: Math.max(0, source.height_m + up.offset),
        weight: east.weight * north.weight * up.weight,
      })),
    ),
  );
}
