/**
 * Skill on Prairie Grass (odd runs), statistics of Chang & Hanna 2004: `node bench/dispersion.ts`. Every spread scheme of the
 * plume, then every model behind the one interface, as an inversion calls it.
 */
import {
  angular,
  briggs,
  type DispersionSkill,
  dispersionSkill,
  draxler,
  type ForwardModel,
  gaussianPlume,
  irwinRline,
  irwinVenkatram,
  puffModel,
  relative,
  surfaceRelease,
} from '../packages/numerics/src/dispersion/index.ts';
import { hasPrairieGrass, loadPrairieGrass, type Run } from '../packages/numerics/test/prairie-grass.ts';
import { airOf, arcMaximumSkill, profileSkill } from '../packages/numerics/test/prairie-grass-skill.ts';

if (!hasPrairieGrass) {
  console.log('Prairie Grass is not beside this checkout (../shared/data/prairie_grass); nothing to measure.');
} else {
  const runs = loadPrairieGrass();
  console.log(
    `Prairie Grass, ${runs.length} odd runs with weather. Goal on arc maxima: FAC2 >= 0.93, |FB| <= 0.15, NMSE <= 0.35.`,
  );
  console.log(`${'scheme'.padEnd(38)}${'pairs'.padEnd(12)}    n  FAC2     FB   NMSE    MG    VG`);
  for (const scheme of [surfaceRelease, irwinVenkatram, irwinRline, draxler, briggs, angular]) {
    console.log(row(scheme.name, 'arc maxima', arcMaximumSkill(runs, scheme)));
    console.log(row('', 'profiles', profileSkill(runs, scheme)));
  }
  console.log('Models through ForwardModel.coupling, arc maxima on the centre line:');
  const models: [string, ForwardModel][] = [
    ['plume, absolute spread', gaussianPlume()],
    ['plume, relative spread (0.7)', gaussianPlume({ spread: relative(surfaceRelease) })],
    ['plume, deposition 1 cm/s', gaussianPlume({ depositionVelocity_mps: 0.01 })],
    ['puffs', puffModel({ puffsPerDoubling: 32 })],
    ['plume of a 10 m square', gaussianPlume()],
  ];
  for (const [name, model] of models) {
    console.log(row(name, 'arc maxima', modelSkill(runs, model, name.endsWith('square') ? 10 : 0)));
  }
}

/** Largest value on each arc against the model on the centre line. */
function modelSkill(runs: readonly Run[], model: ForwardModel, width_m: number): DispersionSkill {
  const observed: number[] = [];
  const predicted: number[] = [];
  for (const run of runs) {
    const air = airOf(run);
    const arcs = [...new Set(run.samplers.map(({ arc_m }) => arc_m))].sort((a, b) => a - b).slice(0, 5);
    const best = arcs.map((arc) =>
      run.samplers
        .filter(({ arc_m }) => arc_m === arc)
        .reduce((a, b) => (a.concentration_mgpm3 > b.concentration_mgpm3 ? a : b)),
    );
    const coupling = model.coupling(
      { x_m: 0, y_m: 0, height_m: run.sourceHeight_m, width_m },
      {
        count: best.length,
        x_m: Float64Array.from(best, ({ arc_m }) => arc_m * air.towardEast),
        y_m: Float64Array.from(best, ({ arc_m }) => arc_m * air.towardNorth),
        height_m: Float64Array.from(best, ({ height_m }) => height_m),
        airIndex: new Int32Array(best.length),
        air: [air],
        time_s: new Float64Array(best.length).fill(3600),
        airStart_s: new Float64Array(1),
      },
    );
    best.forEach(({ concentration_mgpm3 }, i) => {
      observed.push(concentration_mgpm3);
      predicted.push(1e3 * run.rate_gps * coupling[i]);
    });
  }
  return dispersionSkill(observed, predicted);
}

function row(name: string, pairs: string, skill: DispersionSkill): string {
  const { count, fac2, fractionalBias, nmse, geometricMeanBias, geometricVariance } = skill;
  const figures = [fac2, fractionalBias, nmse, geometricMeanBias, geometricVariance];
  const columns = figures.map((figure) => figure.toFixed(3).padStart(7)).join('');
  return `${name.padEnd(38)}${pairs.padEnd(12)}${String(count).padStart(5)}${columns}`;
}
