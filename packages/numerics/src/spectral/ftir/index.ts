export * from './grid.ts';
export * from './identify-series.ts';
