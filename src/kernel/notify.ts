/** Characters of what is run, and of where it is told, when a job has ended. */
export const NOTIFY_MAX = { command: 4096, url: 2048 } as const;
