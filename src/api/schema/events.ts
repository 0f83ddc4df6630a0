import { record, Type } from '../../kernel/schema.js';
import { state } from './jobs.js';
import { integer, meaning, nullable, string, time, type View } from './parts.js';

const TaskEventSchema = record({
  event: Type.Literal('task'),
  task: meaning('JOB/INDEX', string()),
  job: string(),
  index: integer(),
  state: state(),
  run: integer(),
  epoch: nullable(integer()),
  executor: nullable(string()),
  at: time(),
});
/** A task came into a state. */
export interface TaskEvent extends View<typeof TaskEventSchema> {}

const JobEventSchema = record({
  event: Type.Literal('job'),
  job: string(),
  state: state(),
  run: integer(),
  at: time(),
});
/** A job came into a state, or stands in it when the stream begins. */
export interface JobEvent extends View<typeof JobEventSchema> {}

const GapEventSchema = record({ event: Type.Literal('gap'), reason: string() });
/** Events may be missing before this one: whoever goes by them reads the job and its tasks again. */
export interface GapEvent extends View<typeof GapEventSchema> {}

const OpenEventSchema = record({ event: Type.Literal('open'), job: nullable(string()) });
/** From here on no event is missing but where a gap says so: what is read after this is not out of date unnoticed. */
export interface OpenEvent extends View<typeof OpenEventSchema> {}

export const FlockEventSchema = Type.Union([OpenEventSchema, TaskEventSchema, JobEventSchema, GapEventSchema]);
/** The data of an event of GET /v1/events. */
export type FlockEvent = OpenEvent | TaskEvent | JobEvent | GapEvent;
