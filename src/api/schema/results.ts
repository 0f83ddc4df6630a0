import { record, Type } from '../../kernel/schema.js';
import { state } from './jobs.js';
import { completeness, integer, meaning, nullable, string, type View } from './parts.js';

export const TaskResultSchema = record({
  task: meaning('JOB/INDEX', string()),
  index: integer(),
  state: state(),
  reason: meaning('Why it ended otherwise than well.', nullable(string())),
  result: meaning('What its function returned: any JSON; null also where there is none.', Type.Unknown()),
  hasResult: Type.Boolean(),
  outputs: meaning('The tree of the files that it left.', nullable(string())),
});
/** What the function of a task has returned, if it has. */
export interface TaskResult extends View<typeof TaskResultSchema> {}

export const ResultsPageSchema = record({
  results: Type.Array(TaskResultSchema),
  next: meaning('The index after which the next page begins.', nullable(integer())),
  ...completeness,
});
/** By rising index; a page may be shorter than its limit and yet not the last. */
export interface ResultsPage extends View<typeof ResultsPageSchema> {}
