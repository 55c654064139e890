/**
 * Every property test draws from one seed, so that a run can be repeated; fast-check prints it with a failure.
 * `PLUMELINE_TEST_SEED=<number> npm test` looks at other cases.
 */
import fc from 'fast-check';

const SEED = 20261121;

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.PLUMELINE_TEST_SEED ?? SEED) });
