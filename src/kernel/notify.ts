/** Characters of what is run, and of where it is told, when a job has ended. */
export const NOTIFY_MAX = { command: 4096, url: 2048 } as const;

/** Begins the ids of jobs that tell of the end of another. No id that is made otherwise begins so. */
export const NOTICE = 'u';
