export { type ExerciseCube, type ExerciseCubeOptions, makeExerciseCube } from './exercise-cube.ts';
export {
  addPlume,
  type GroundSource,
  METHANE_KG_PER_M2_PPMM,
  type SceneGrid,
  sceneAir,
} from './plume-columns.ts';
export { type RadianceTable, radianceTable, readRadiance, unitAbsorption } from './radiance-table.ts';
export { type SealedCubeTruth, sealCubeTruth } from './sealed-truth.ts';
export { methaneWindowBands, type SensorBands } from './sensor-bands.ts';
export {
  AVIRIS_NG_NOISE,
  type CubeNoise,
  type CubeOptions,
  type CubeTruth,
  type SimulatedCube,
  simulateCube,
} from './simulate-cube.ts';
export { LOOK_ALIKE_NAMES, REGIMES, type Regime } from './surface-map.ts';
