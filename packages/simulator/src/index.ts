export {
  type FlightOptions,
  type FlightSource,
  type FlightStyle,
  type FlightWithTruth,
  makeFlight,
  type TrueSource,
} from './make-flight.ts';
export { type Random, randomFrom } from './random.ts';
export { METHANE, type SimulatedSubstance } from './substance.ts';
