export * from './radiance-table.ts';
export * from './resample.ts';
