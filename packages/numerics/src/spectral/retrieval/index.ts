export * from './column-statistics.ts';
export * from './cube-columns.ts';
export * from './memory-budget.ts';
export * from './retrieve-block.ts';
export * from './settings.ts';
export { SHRINKAGE_GRID } from './shrinkage.ts';
