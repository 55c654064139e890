/** Skill of every spread scheme on Prairie Grass (odd runs): `node bench/dispersion.ts`. Chang & Hanna 2004 statistics. */
import {
  angular,
  briggs,
  type DispersionSkill,
  draxler,
  irwinRline,
  irwinVenkatram,
  surfaceRelease,
} from '../packages/numerics/src/dispersion/index.ts';
import { hasPrairieGrass, loadPrairieGrass } from '../packages/numerics/test/prairie-grass.ts';
import { arcMaximumSkill, profileSkill } from '../packages/numerics/test/prairie-grass-skill.ts';

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
}

function row(name: string, pairs: string, skill: DispersionSkill): string {
  const { count, fac2, fractionalBias, nmse, geometricMeanBias, geometricVariance } = skill;
  const figures = [fac2, fractionalBias, nmse, geometricMeanBias, geometricVariance];
  const columns = figures.map((figure) => figure.toFixed(3).padStart(7)).join('');
  return `${name.padEnd(38)}${pairs.padEnd(12)}${String(count).padStart(5)}${columns}`;
}
