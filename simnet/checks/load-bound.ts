import type { History } from '../history/history.js';
import type { Accept } from '../history/log.js';
import type { Finding } from './finding.js';

const invariant = 'load-bound';

/** Of bounded load. */
const C = 1.25;
/** How old the news may be on which a node counts the load of all: a suspicion's longest time, and what is around it. */
const STALE_MS = 60_000;
/** What it took lately under a higher bound, and is offered again, it says that it has. */
const TOLD_MS = 5_000;
/**
 * Tasks on their way count twice, at the coordinator that has offered them and in the queue they have come to; when a
 * flock fills up that may be as much as is in the queues.
 */
const ON_THEIR_WAY = 2;

/**
 * A node takes a task while it has a free slot or its load is below its bound:
 *
 *   load after accepting <= ceil(C * (total + 1) * share)
 *
 * By its own word that holds exactly, for the highest bound that it told within {@link TOLD_MS}. By the truth it holds for a
 * total as stale as news may be: the most there was within {@link STALE_MS}, times {@link ON_THEIR_WAY}; `share` is that of the CPUs on the ring as
 * the node believes it, which in a split is its side.
 */
export function loadBound({ messages: { accepts } }: History): Finding[] {
  const findings: Finding[] = [];
  let since = 0;
  accepts.forEach((accept, i) => {
    const { atMs, node, running, queued, bound } = accept;
    if (queued === 0) return;
    while ((accepts[since]?.atMs ?? atMs) < atMs - STALE_MS) since += 1;
    const load = running + queued;
    const recent = accepts.slice(since, i + 1);
    const truly = trueBound(accept, recent);
    const told = recent.filter((each) => each.node === node && each.atMs >= atMs - TOLD_MS);
    const own = told.reduce((most, each) => Math.max(most, each.bound), bound);
    const wrong = load > own ? `${own} by its own word` : load > truly ? `${truly} by the truth` : undefined;
    const message = `${node} took tasks up to a load of ${load}, where its bound is ${wrong}`;
    if (wrong !== undefined) findings.push({ invariant, message, atMs });
  });
  return findings;
}

function trueBound({ share }: Accept, recent: readonly Accept[]): number {
  const total = recent.reduce((most, accept) => Math.max(most, accept.total), 0);
  return Math.ceil(C * (ON_THEIR_WAY * total + 1) * share);
}
