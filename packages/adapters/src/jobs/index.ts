export type { JobDatabase, JobLedger } from './job-database.ts';
export { type JobQueueOptions, MOST_ATTEMPTS, PgBossJobQueue } from './pg-boss-job-queue.ts';
