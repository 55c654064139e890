export { defaultSettings, planBlocks, type RetrievalMethod, type RetrievalSettings } from '@plumeline/numerics';
export * from './filter-tile.ts';
export * from './gas-target.ts';
export * from './radiance-lut.ts';
export * from './retrieve-columns.ts';
