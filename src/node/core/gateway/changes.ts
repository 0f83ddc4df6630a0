import { ask, type Conversation } from './conversation.js';
import type { Requests } from './requests.js';

/** How long an answer may take beyond the time for which it is held. */
const PATIENCE_MS = 3_000;

/** Changes of the jobs that one node coordinates. */
export function* readChanges(asked: Requests['changes']['asks']): Conversation<Requests['changes']['gets']> {
  const { node, job, boot, after, sinceMs, waitMs } = asked;
  const message = {
    kind: 'query.changes' as const,
    ...{ boot, after, waitMs },
    ...(job === undefined ? {} : { job }),
    ...(sinceMs === undefined ? {} : { sinceMs }),
  };
  const told = yield* ask(node, message, 'query.changes-told', waitMs + PATIENCE_MS);
  return { told };
}
