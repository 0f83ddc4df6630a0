import type { JobId } from '../../../kernel/ids.js';
import type { QueryMessages, TaskInfo } from '../../../tasks/queries.js';
import { ask, type Conversation } from './conversation.js';

/** Whoever looks on waits no longer for a node that does not answer. */
const PROGRESS_MS = 500;

type Told = Pick<QueryMessages['query.progress-told'], 'progress' | 'queue'>;

/** What the node that has a task says of it: how far it is, or where it stands in the queue. Nothing where it does not say. */
export function* askProgress(job: JobId, { index, executor, epoch }: TaskInfo): Conversation<Told> {
  if (executor === undefined) return {};
  const message = { kind: 'query.progress' as const, job, index, epoch };
  return (yield* ask(executor, message, 'query.progress-told', PROGRESS_MS)) ?? {};
}
