/** The truth of an exercise in the form that is sealed, with the judgement of what was detectable. */
import type { SubstanceKey } from '@plumeline/core';
import { DETECTABILITY_RULE, PASSES_NEEDED, strongPasses } from './detectability.ts';
import { onShare } from './emission.ts';
import { instantOf, round } from './exercise-files.ts';
import type { FlownFlight } from './exercise-flight.ts';
import type { HiddenSource, Scenario } from './exercise-scenario.ts';
import type { SealedSource, SealedTruth } from './seal.ts';

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
    flights: flown.filter(({ reached }) => reached[index]).map((each) => flightTruth(source, index, each)),
    detectable: passes.length >= PASSES_NEEDED,
    passes,
  };
}

/** Gas that left a source this long before a flight may still be felt [s]. */
const TRAVEL_S = 600;

function flightTruth(
  source: HiddenSource,
  index: number,
  { file, flight }: FlownFlight,
): NonNullable<SealedSource['flights']>[number] {
  const { time_s } = flight.samples;
  const { observedRate_kgps } = flight.perSource[index];
  return {
    file,
    onShare: round(onShare(source, time_s[0] - TRAVEL_S, time_s[time_s.length - 1]), 3),
    ...(observedRate_kgps !== undefined && { observedRate_kgph: round(3600 * observedRate_kgps, 3) }),
  };
}
