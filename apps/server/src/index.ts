export { type AppOptions, buildApp } from './app.ts';
export type { ServerPorts } from './server-ports.ts';
