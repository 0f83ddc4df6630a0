import { CoveyError } from '../../../kernel/errors.js';
import type { JobId, NodeId } from '../../../kernel/ids.js';
import { isLive } from '../../../membership/member.js';
import { setOf, shardsOf } from '../../../tasks/job-record.js';
import type { QueryMessages } from '../../../tasks/queries.js';
import { registerOf } from '../../../tasks/replication/names.js';
import { ask, askRaw, hintsIn, ONE_PATIENCE_MS, pause, type Conversation } from './conversation.js';
import type { Registered } from './coordinator.js';
import type { Completeness } from './requests.js';
import type { Scene } from './scene.js';

type Found = NonNullable<QueryMessages['query.job-told']['found']>;

/** A job, the node that spoke for it, and how many were asked to find it. */
export interface FoundJob extends Completeness {
  readonly at: NodeId;
  readonly found: Found;
}

/** Nobody who answered speaks for the job; `isKnown`: some replica of it is there, and without a coordinator. */
export interface NotFound extends Completeness {
  readonly found: undefined;
  readonly isKnown: boolean;
  readonly answeredBy: ReadonlySet<NodeId>;
  /** Some node remembers its name: it has ended, and was let go of. */
  readonly isGone: boolean;
}

/** Nodes of the first round: the ring's preference list as it is today. */
const FIRST_ASKED = 3;
/** How long a job that is known is looked for until somebody coordinates it. */
const TAKEOVER_MS = 15_000;
const PAUSE_MS = 250;

/** The members that can be asked: alive or suspect, this node included. */
export function liveNodes(scene: Scene): NodeId[] {
  return [...scene.membership.members.values()].filter(isLive).map(({ id }) => id);
}

/** Asks where a job most likely is, then whoever those point at, then everyone. */
export function* search(scene: Scene, job: JobId): Conversation<FoundJob | NotFound> {
  const live = liveNodes(scene);
  const remembered = scene.places.get(job);
  const likely = scene.view.ring.preference(job, FIRST_ASKED).filter((node) => live.includes(node));
  const asked = new Set<NodeId>();
  const answeredBy = new Set<NodeId>();
  let isKnown = false;
  let isGone = false;
  // Nobody is on the ring where all that are here drain; they hold what they held.
  const first = likely.length > 0 ? likely : live;
  let next = remembered === undefined ? first : [remembered];
  while (next.length > 0) {
    const nodes = next;
    const message = { kind: 'query.job' as const, job, waitMs: 0 };
    const answers = yield* askRaw(
      nodes.map((to) => ({ to, message })),
      nodes.length === 1 ? ONE_PATIENCE_MS : undefined,
    );
    for (const node of nodes) asked.add(node);
    let best: { readonly at: NodeId; readonly found: Found } | undefined;
    for (const [i, answer] of answers.entries()) {
      const at = nodes[i];
      if (answer && at) answeredBy.add(at);
      if (answer?.kind === 'elsewhere') isKnown = true;
      if (answer?.kind === 'query.job-told' && answer.isGone === true) isGone = true;
      if (answer?.kind !== 'query.job-told' || !answer.found || !at) continue;
      if (!best || isBetter(answer.found, best.found)) best = { at, found: answer.found };
    }
    if (best) {
      scene.places.set(job, best.at);
      return { ...best, asked: asked.size, answered: answeredBy.size };
    }
    const hinted = [...new Set(answers.flatMap(hintsIn))].filter((node) => !asked.has(node));
    next = hinted.length > 0 ? hinted : live.filter((node) => !asked.has(node));
  }
  scene.places.forget(job);
  return { found: undefined, isKnown, isGone, answeredBy, asked: asked.size, answered: answeredBy.size };
}

/**
 * @throws CoveyError `not-found`, saying how many were asked; `unavailable` where only a majority of its replicas could say how
 *   it stands
 */
export function* find(scene: Scene, job: JobId): Conversation<FoundJob> {
  const untilMs = scene.now().monoMs + TAKEOVER_MS;
  for (;;) {
    const result = yield* search(scene, job);
    if (result.found) return result;
    if (result.isKnown && scene.now().monoMs < untilMs) {
      yield* pause(PAUSE_MS);
      continue;
    }
    if (result.isKnown) {
      const hint = 'bring more nodes back; see `covey nodes`';
      throw new CoveyError('unavailable', `too few replicas of job ${job} are there to say how it stands`, hint);
    }
    if (result.isGone) {
      const hint = 'finished jobs are kept for a while only; see `covey up --help`';
      throw new CoveyError('not-found', `job ${job} has ended and is kept no more`, hint);
    }
    const silent = result.asked - result.answered;
    const away = [...scene.membership.members.values()].filter(({ state }) => state === 'dead').length;
    const hint =
      silent + away > 0 ? `${silent + away} nodes did not answer; its replicas may be among them` : 'see `covey ls`';
    throw new CoveyError('not-found', `no job ${job} (asked ${result.asked}, answered ${result.answered})`, hint);
  }
}

/** What a majority says counts for more than what a survivor says; and a replica that has missed a retry tells of the run before. */
function isBetter(found: Found, before: Found): boolean {
  const isAlone = found.isAlone === true;
  if (isAlone !== (before.isAlone === true)) return !isAlone;
  return (found.info.run ?? 1) > (before.info.run ?? 1);
}

/** Where a shard of a job is kept. */
export function shardOfJob({ info, plan, range, set }: Found, shard: number): Registered {
  return { register: registerOf(info.job, shard, shardsOf({ plan, range })), set: setOf(plan, shard, set) };
}

/** How many shards a job has. */
export function shardCount({ plan, range }: Found): number {
  return shardsOf({ plan, range });
}

/** Waits at a job's coordinator until the job is terminal; undefined where that does not answer, or is it no more. */
export function* waitAt(at: NodeId, job: JobId, waitMs: number, patienceMs: number): Conversation<Found | undefined> {
  const answer = yield* ask(at, { kind: 'query.job', job, waitMs }, 'query.job-told', waitMs + patienceMs);
  return answer?.found;
}
