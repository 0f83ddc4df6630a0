import type { History } from '../history/history.js';
import type { Sample } from '../history/log.js';
import type { Finding } from './finding.js';

const invariant = 'bounded';

/** Tasks that one node may have in its queue. */
const QUEUE_MAX = 512;
/** Requests that a node with nothing to do may have open: of each member something, a few of each kind. */
const ASKED_IDLE = 200;
/** Requests for one task: its offer, its revoke, its result, its hand-back. */
const ASKED_PER_TASK = 4;

/**
 * Queues and memory are bounded: a queue by {@link QUEUE_MAX}, a node's open requests by what the tasks submitted so far can
 * need, {@link ASKED_IDLE} + {@link ASKED_PER_TASK} * tasks. At rest there is none of either, and no client's conversation.
 */
export function bounded({ samples, clients, phases: { restMs = Infinity } }: History): Finding[] {
  const tasks = clients.submissions.reduce((sum, { range }) => sum + range.count, 0);
  const askedMax = ASKED_IDLE + ASKED_PER_TASK * tasks;
  return samples.flatMap((sample) => {
    const wrong = sample.atMs >= restMs ? leftOver(sample) : tooMuch(sample, askedMax);
    return wrong === undefined ? [] : [{ invariant, message: `${sample.node} has ${wrong}`, atMs: sample.atMs }];
  });
}

function tooMuch({ stats: { queued = 0, asked = 0 } }: Sample, askedMax: number): string | undefined {
  if (queued > QUEUE_MAX) return `${queued} tasks in its queue, more than ${QUEUE_MAX}`;
  return asked > askedMax ? `${asked} open requests, more than ${askedMax}` : undefined;
}

function leftOver({ stats }: Sample): string | undefined {
  const names = ['running', 'queued', 'waiting', 'unfinished', 'asked', 'clients'];
  const left = names.filter((name) => (stats[name] ?? 0) > 0).map((name) => `${stats[name]} ${name}`);
  return left.length === 0 ? undefined : `${left.join(', ')} left at rest`;
}
