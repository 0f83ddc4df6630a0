import type { TaskState as State } from '../kernel/states.js';
import { oneOf, record, Type } from '../kernel/schema.js';

/** A function in place of a command; it is called once for each task, in a worker thread: docs/functions.md. */
export const FunctionSchema = record({
  /** Path of an ES module; a relative one is meant from `cwd`. */
  module: Type.String({ minLength: 1, maxLength: 4096 }),
  /** @default 'default' */
  export: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
  /** Any JSON: what it is called with where there is no array, else `context.args`. */
  args: Type.Optional(Type.Unknown()),
  /** How the lines of an array are meant: as texts, or each as the JSON that it is. @default 'text' */
  items: Type.Optional(oneOf('text', 'json')),
});

export interface ProgressView {
  /** 0..1. */
  readonly fraction: number | null;
  readonly text: string | null;
}

/** GET /v1/tasks/{id}/result: 404 where it has none. */
export interface TaskResult {
  /** JOB/INDEX. */
  readonly task: string;
  readonly index: number;
  readonly state: State;
  /** Why it ended otherwise than well. */
  readonly reason: string | null;
  /** What its function returned; null also where there is none (`hasResult`). */
  readonly result: unknown;
  readonly hasResult: boolean;
}
