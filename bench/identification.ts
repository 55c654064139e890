/**
 * Gas identification: `node bench/identification.ts [longwave|vent] [spectra per fold]`.
 * Longwave: simulated spectra with known gases; is a stated probability the share of times it is true? Folds 1 and 2 (which
 * substances are kept out of the library) and seeds below 100 were used to set three constants; folds 0 and 4 are held out.
 * Vent: 30 measured FTIR spectra; the figure is "sulphur dioxide in every one, no solvent in any".
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readGasFolder } from '../packages/formats/src/jcamp/gas-folder.ts';
import { decodeSpc } from '../packages/formats/src/spc/decode.ts';
import { identifySeries } from '../packages/numerics/src/spectral/ftir/index.ts';
import { dataLibrary, hasGasData, makeWorld } from '../packages/numerics/test/identification-scene.ts';
import { randomFrom } from '../packages/simulator/src/random.ts';

const which = process.argv[2];
const count = Number(process.argv[3] ?? 300);
const EDGES = [0, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 1.000_001];
/** The mixture the priors stand for: half of it without gas would be kinder. */
const MIXTURE = [
  ['nothing', 0.4],
  ['one', 0.3],
  ['two', 0.1],
  ['unlisted', 0.2],
] as const;

type Bin = { n: number; stated: number; hits: number };

if (!hasGasData) console.log('The data folder is not beside this checkout (../shared/data); nothing to measure.');
else {
  if (which === undefined || which === 'longwave') {
    longwave('training (folds 1, 2)', [1, 2], 21);
    longwave('held out (folds 0, 4)', [0, 4], 101);
  }
  if (which === undefined || which === 'vent') vent();
}

function longwave(label: string, folds: readonly number[], seed: number): void {
  const tables = { substance: emptyTable(), nothing: emptyTable(), 'outside the library': emptyTable() };
  const verdicts = new Map<string, number>();
  const named = { right: 0, wrong: 0, covered: 0 };
  const start = process.cpuUsage();
  for (const fold of folds) {
    const world = makeWorld(dataLibrary(), seed + fold, fold);
    const random = randomFrom(`spectra:${seed}:${fold}`);
    for (let index = 0; index < count; index++) {
      const kind = pick(random.uniform());
      const { truth, result } = world.draw(random, kind);
      const key = `${kind} -> ${result.verdict}`;
      verdicts.set(key, (verdicts.get(key) ?? 0) + 1);
      for (const found of result.substances) {
        const real = truth.listed.find(({ substance }) => substance === found.substance);
        add(tables.substance, found.probability, real !== undefined);
        if (!found.isNamed) continue;
        if (real === undefined) named.wrong++;
        else {
          named.right++;
          if (real.depth >= found.interval90[0] && real.depth <= found.interval90[1]) named.covered++;
        }
      }
      add(tables.nothing, result.nothingProbability, kind === 'nothing');
      add(tables['outside the library'], result.unlistedProbability, kind === 'unlisted');
    }
  }
  const cpu = process.cpuUsage(start);
  console.log(
    `\nLongwave, ${label}, ${count} spectra a fold, gases 1-30 % deep at the peak, 10 K contrast, noise 0.05 K`,
  );
  for (const [key, n] of [...verdicts].sort()) console.log(`  ${key}: ${n}`);
  const share = (100 * named.covered) / Math.max(1, named.right);
  console.log(`  named ${named.right + named.wrong}, wrong ${named.wrong}; 90 % interval holds ${share.toFixed(0)} %`);
  console.log(
    `  CPU ${(((cpu.user + cpu.system) / 1e3 / count / folds.length) | 0).toString()} ms a spectrum, preparation included`,
  );
  for (const [name, table] of Object.entries(tables)) print(name, table);
}

function pick(u: number): (typeof MIXTURE)[number][0] {
  let rest = u;
  for (const [kind, share] of MIXTURE) {
    if (rest < share) return kind;
    rest -= share;
  }
  return 'unlisted';
}

function emptyTable(): Bin[] {
  return EDGES.slice(1).map(() => ({ n: 0, stated: 0, hits: 0 }));
}

function add(table: Bin[], probability: number, isTrue: boolean): void {
  const bin = table[EDGES.findIndex((edge) => probability < edge) - 1]!;
  bin.n++;
  bin.stated += probability;
  if (isTrue) bin.hits++;
}

function print(name: string, table: readonly Bin[]): void {
  console.log(`  ${name}: stated probability, how often true`);
  table.forEach(({ n, stated, hits }, index) => {
    if (n === 0) return;
    const range = `${EDGES[index]}-${Math.min(1, EDGES[index + 1]!)}`.padEnd(11);
    console.log(
      `    ${range} ${String(n).padStart(6)}  stated ${(stated / n).toFixed(3)}  true ${(hits / n).toFixed(3)}`,
    );
  });
}

function vent(): void {
  const folder = new URL('../../shared/data/ftir_vent/', import.meta.url);
  const beam = (name: string) => {
    const { x, y } = decodeSpc(readFileSync(new URL(name, folder)), name).spectra[0]!;
    return { wavenumber_pcm: x, power: y };
  };
  const names = readdirSync(folder).filter((name) => name.startsWith('vent'));
  const files = ['GAS_so2.jdx', 'GAS_hcl.jdx'].map((name) => ({
    name,
    text: readFileSync(new URL(name, folder), 'latin1'),
  }));
  const start = process.cpuUsage();
  const result = identifySeries({
    spectra: names.map(beam),
    selfEmission: beam('self_sbm.spc'),
    library: [...dataLibrary(), ...readGasFolder(files).gases],
    pathSubstances: ['7732-18-5', '124-38-9', '74-82-8'],
  });
  const cpu = process.cpuUsage(start);
  const named = result.identifications.map(({ substances }) => substances.filter(({ isNamed }) => isNamed));
  const withSulphurDioxide = named.filter((list) => list.some(({ substance }) => substance === '7446-09-5')).length;
  const others = named.flat().filter(({ substance }) => !['7446-09-5', '7647-01-0'].includes(substance));
  console.log(
    `\nVent: ${names.length} spectra, ${result.grid.bands.centre_pcm.length} bands, ${result.detectable.size} gases`,
  );
  console.log(`  sulphur dioxide named in ${withSulphurDioxide}; solvents named in ${others.length}`);
  for (const gas of result.gases) {
    const sorted = [...gas.column].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))]!.toPrecision(3);
    console.log(
      `  ${gas.key}: column ${at(0)} to ${at(1)} ppm m, median ${at(0.5)}, step sd ${gas.stepSd.toPrecision(2)}`,
    );
  }
  const z = named.map((list) => list.find(({ substance }) => substance === '7446-09-5')?.z ?? 0);
  console.log(`  sulphur dioxide z ${Math.min(...z).toFixed(1)} to ${Math.max(...z).toFixed(1)}`);
  const wanted = ['acetone', 'ammonia', 'toluene', 'ethyl acetate', 'chloroform', 'sulphur hexafluoride'];
  const seen = wanted.map((key) => `${key} ${result.detectable.get(key)?.toPrecision(2) ?? '-'}`);
  console.log(`  would have been seen at z = 5 [ppm m]: ${seen.join(', ')}`);
  console.log(
    `  CPU ${((cpu.user + cpu.system) / 1e6).toFixed(1)} s; memory ${(process.memoryUsage().rss / 1e6).toFixed(0)} MB`,
  );
}
