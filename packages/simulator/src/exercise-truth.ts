/** The truth of an exercise in the form that is sealed, with the judgement of what was detectable. */
import type { SubstanceKey } from '@plumeline/core';
import type { Weather } from './air.ts';
import { DETECTABILITY_RULE, PASSES_NEEDED, strongPasses } from './detectability.ts';
import { instantOf, round } from './exercise-files.ts';
import type { FlownFlight } from './exercise-flight.ts';
import type { HiddenSource, Scenario } from './exercise-scenario.ts';
import type { SealedSource, SealedTruth } from './seal.ts';
import type { SimulatedSamples } from './simulate-flight.ts';

export function toSealedTruth(facts: {
  name: string;
  seed: number;
  nonce: string;
  substance: SubstanceKey;
  scenario: Scenario;
  flown: readonly FlownFlight[];
}): SealedTruth {
  const { scenario, flown } = facts;
  return {
    format: 'plumeline-exercise-truth-1',
    exercise: true,
    name: facts.name,
    seed: facts.seed,
    nonce: facts.nonce,
    substance: facts.substance,
    detectabilityRule: DETECTABILITY_RULE,
    sources: scenario.sources.map((source, index) => sealedSource(source, index, scenario, flown)),
  };
}

function sealedSource(
  source: HiddenSource,
  index: number,
  { frame, register }: Scenario,
  flown: readonly FlownFlight[],
): SealedSource {
  const passes = flown.flatMap(({ file, flight, conditions }) => {
    const signals = flight.perSource.map(({ enhancement_ppm }) => enhancement_ppm);
    return strongPasses(index, signals, flight.samples.leg, conditions.gas.noise_ppm).map((pass) => ({
      file,
      leg: pass.leg,
      snr: round(pass.snr, 2),
      peak_ppm: round(pass.peak_ppm, 5),
    }));
  });
  let signal = 0;
  let weighted = 0;
  for (const { flight } of flown) {
    const { enhancement_ppm, observedRate_kgps } = flight.perSource[index];
    const here = enhancement_ppm.reduce((sum, value) => sum + value, 0);
    signal += here;
    weighted += here * (observedRate_kgps ?? 0);
  }
  const facility = register.find(({ sourceId }) => sourceId === source.id);
  const position = frame.toPosition(source.x_m, source.y_m);
  return {
    id: source.id,
    class: source.class,
    kind: source.kind,
    lat: round(position.lat, 7),
    lon: round(position.lon, 7),
    heightAgl_m: round(source.heightAgl_m, 2),
    extent_m: source.extent_m,
    nominalRate_kgph: round(source.nominalRate_kgph, 3),
    ...(signal > 0 && { observedRate_kgph: round((3600 * weighted) / signal, 3) }),
    on: source.on.map(([from, to]) => [instantOf(from), instantOf(to)] as const),
    ...(facility !== undefined && { registeredAs: facility.name }),
    flights: flown
      .filter(({ reached }) => reached[index])
      .map((each) => flightTruth(source, index, each))
      .filter(({ downwind_s }) => downwind_s > 0),
    detectable: passes.length >= PASSES_NEEDED,
    passes,
  };
}

/** The aircraft could feel a plume where it is downwind of the source within this angle's tangent and distance [m]. */
const SECTOR_TANGENT = 0.5;
const SECTOR_M = 5000;

function flightTruth(
  source: HiddenSource,
  index: number,
  { file, flight, conditions }: FlownFlight,
): NonNullable<SealedSource['flights']>[number] {
  const { observedRate_kgps } = flight.perSource[index];
  const { inPlume_s, emitting_s } = timeDownwind(source, flight.samples, conditions.weather);
  return {
    file,
    downwind_s: inPlume_s,
    onShare: inPlume_s > 0 ? round(emitting_s / inPlume_s, 3) : 0,
    ...(observedRate_kgps !== undefined && { observedRate_kgph: round(3600 * observedRate_kgps, 3) }),
  };
}

/** Seconds that the aircraft was downwind of a source by the mean wind, and those in which the gas there left it while it emitted. */
export function timeDownwind(
  source: Pick<HiddenSource, 'x_m' | 'y_m' | 'on'>,
  { time_s, x_m, y_m }: Pick<SimulatedSamples, 'time_s' | 'x_m' | 'y_m'>,
  { windEast_mps, windNorth_mps }: Pick<Weather, 'windEast_mps' | 'windNorth_mps'>,
): { inPlume_s: number; emitting_s: number } {
  const wind = Math.hypot(windEast_mps, windNorth_mps);
  let [inPlume_s, emitting_s] = [0, 0];
  for (let i = 0; i < time_s.length; i++) {
    const [east, north] = [x_m[i] - source.x_m, y_m[i] - source.y_m];
    const along = (east * windEast_mps + north * windNorth_mps) / wind;
    const across = (north * windEast_mps - east * windNorth_mps) / wind;
    if (along <= 0 || along > SECTOR_M || Math.abs(across) > SECTOR_TANGENT * along) continue;
    inPlume_s++;
    const left_s = time_s[i] - along / wind;
    if (source.on.some(([from, to]) => left_s >= from && left_s < to)) emitting_s++;
  }
  return { inPlume_s, emitting_s };
}
