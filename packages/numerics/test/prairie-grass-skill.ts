/** Observed and predicted concentrations of Prairie Grass for one spread scheme. */
import {
  type Air,
  airFrom,
  type DispersionSkill,
  dispersionSkill,
  plumeKernel,
  pointCoupling,
  type SpreadScheme,
} from '../src/dispersion/index.ts';
import { ROUGHNESS_M, type Run, type Sampler } from './prairie-grass.ts';

const DEGREE = Math.PI / 180;
const ARCS_M = [50, 100, 200, 400, 800];
/** Samplers below this [mg m-3] are lifted to it in logarithms and FAC2 of profiles: near the method's limit. */
const PROFILE_FLOOR_MGPM3 = 0.1;

export function airOf(run: Run): Air {
  return airFrom({
    from_rad: run.windFrom_deg * DEGREE,
    speed_mps: run.windSpeed2m_mps,
    speedHeight_m: 2,
    roughness_m: ROUGHNESS_M,
    obukhovLength_m: run.obukhovLength_m,
    frictionVelocity_mps: run.frictionVelocity_mps,
    sigmaV_mps: run.sigmaTheta_deg * DEGREE * run.windSpeed2m_mps,
    mixingHeight_m: run.mixingHeight_m,
  });
}

/** The largest value on each arc against the centre line. */
export function arcMaximumSkill(runs: readonly Run[], spread: SpreadScheme): DispersionSkill {
  return skillOf(runs, spread, 0, (samplers) => {
    const best = samplers.reduce((a, b) => (a.concentration_mgpm3 > b.concentration_mgpm3 ? a : b));
    return [{ sampler: best, offset_rad: 0 }];
  });
}

/** Every sampler within 30 degrees of the arc's centroid, against the plume about that centroid. */
export function profileSkill(runs: readonly Run[], spread: SpreadScheme): DispersionSkill {
  return skillOf(runs, spread, PROFILE_FLOOR_MGPM3, (samplers, run) => {
    const towards = run.windFrom_deg + 180;
    let [weight, moment] = [0, 0];
    for (const { azimuth_deg, concentration_mgpm3 } of samplers) {
      weight += concentration_mgpm3;
      moment += concentration_mgpm3 * turn(azimuth_deg - towards);
    }
    const centre = weight > 0 ? moment / weight : 0;
    return samplers
      .map((sampler) => ({ sampler, offset_rad: (turn(sampler.azimuth_deg - towards) - centre) * DEGREE }))
      .filter(({ offset_rad }) => Math.abs(offset_rad) < 30 * DEGREE);
  });
}

type Chosen = { readonly sampler: Sampler; readonly offset_rad: number };

function skillOf(
  runs: readonly Run[],
  spread: SpreadScheme,
  floor: number,
  choose: (samplers: Sampler[], run: Run) => Chosen[],
): DispersionSkill {
  const observed: number[] = [];
  const predicted: number[] = [];
  for (const run of runs) {
    const kernel = plumeKernel(airOf(run), run.sourceHeight_m, { spread });
    for (const arc of ARCS_M) {
      const samplers = run.samplers.filter((sampler) => sampler.arc_m === arc);
      if (samplers.length === 0) continue;
      for (const { sampler, offset_rad } of choose(samplers, run)) {
        const along = arc * Math.cos(offset_rad);
        const across = arc * Math.sin(offset_rad);
        observed.push(sampler.concentration_mgpm3);
        predicted.push(1e3 * run.rate_gps * pointCoupling(kernel, along, across, sampler.height_m, run.sourceHeight_m));
      }
    }
  }
  return dispersionSkill(observed, predicted, floor);
}

const turn = (angle: number) => ((((angle + 180) % 360) + 360) % 360) - 180;
