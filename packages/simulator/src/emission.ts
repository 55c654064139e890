/** How a source emits over time: on and off in spells, with a rate that moves slowly while on. */
import type { Random } from './random.ts';

export interface Emission {
  readonly nominalRate_kgph: number;
  /** When it emits, in order [s, on whatever clock the caller uses]. */
  readonly on: readonly (readonly [number, number])[];
  /** ln(rate / nominal) while on: a sum of slow waves. */
  readonly waves: readonly { readonly amplitude: number; readonly period_s: number; readonly phase: number }[];
}

/** Alternating exponential spells of the given mean hours, begun in equilibrium; one spell over all when it never stops. */
export function drawSpells(
  random: Random,
  hours: { readonly on: number; readonly off: number },
  [start, end]: readonly [number, number],
): [number, number][] {
  if (hours.off === 0) return [[start, end]];
  const spells: [number, number][] = [];
  let isOn = random.uniform() < hours.on / (hours.on + hours.off);
  for (let at = start; at < end; isOn = !isOn) {
    const length = Math.round(3600 * (isOn ? hours.on : hours.off) * random.exponential());
    if (isOn && length > 0) spells.push([at, Math.min(end, at + length)]);
    at += length;
  }
  return spells;
}

/** Three waves of 20 minutes to 4 hours whose sum has standard deviation `lnSd`. */
export function drawWaves(random: Random, lnSd: number): Emission['waves'] {
  const count = 3;
  return Array.from({ length: count }, () => ({
    amplitude: lnSd * Math.sqrt(2 / count),
    period_s: random.logBetween(1200, 14_400),
    phase: 2 * Math.PI * random.uniform(),
  }));
}

/** Emission rate [kg h-1] at an instant of the same clock. */
export function rateOf(source: Emission, time_s: number): number {
  if (!source.on.some(([from, to]) => time_s >= from && time_s < to)) return 0;
  const ln = source.waves.reduce(
    (sum, { amplitude, period_s, phase }) => sum + amplitude * Math.sin((2 * Math.PI * time_s) / period_s + phase),
    0,
  );
  return source.nominalRate_kgph * Math.exp(ln);
}
