export * from './background.ts';
export { identifyGases } from './identify.ts';
export { type Candidate, type IdentificationProblem, type Identifier, prepareIdentifier } from './prepare.ts';
export { toGasIdentification } from './record.ts';
export * from './settings.ts';
export { fittedChange, type Identification, type RivalSet, type SubstanceEvidence, type Verdict } from './summary.ts';
export * from './thermal.ts';
