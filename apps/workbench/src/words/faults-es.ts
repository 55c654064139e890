/** Faults in files, by code: what kind it is, and what to do. The server's own sentence with the particulars stands beside. */
export const FAULTS_ES: Readonly<Record<string, readonly [what: string, remedy: string]>> = {};
