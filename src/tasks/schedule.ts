import { amount, JobIdSchema, oneOf, record, text, Type, type Static } from '../kernel/schema.js';

const wishes = {
  /** `minute hour day month weekday`, or with seconds before them. */
  cron: text(200),
  /** IANA name: `Europe/Berlin`. */
  zone: text(100),
  /** When it is time and the job before has not ended: another beside it, none, or another in its place. */
  overlap: oneOf('allow', 'skip', 'replace'),
  /** When nobody was there at the time: a job for the last that was missed, or none. */
  missed: oneOf('run', 'skip'),
};

/** When jobs are to be made of a spec, again and again. */
export const ScheduleSchema = record(wishes);
export type Schedule = Static<typeof ScheduleSchema>;

/** What of it is on record: up to which time it is done with, and the last job that was made. */
export const ScheduledSchema = record({ untilMs: amount(), job: Type.Optional(JobIdSchema) });
export type Scheduled = Static<typeof ScheduledSchema>;

/** What users see of it. */
export const ScheduleInfoSchema = record({ ...wishes, last: Type.Optional(ScheduledSchema) });

/** The next time of a schedule after a moment, both of the wall clock; undefined where there is none. Given to the core. */
export type NextTime = (schedule: Pick<Schedule, 'cron' | 'zone'>, afterMs: number) => number | undefined;
