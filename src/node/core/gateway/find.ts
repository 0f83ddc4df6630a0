import { CoveyError } from '../../../kernel/errors.js';
import type { JobId, NodeId } from '../../../kernel/ids.js';
import { isLive } from '../../../membership/member.js';
import type { Plan } from '../../../tasks/messages.js';
import type { QueryMessages } from '../../../tasks/queries.js';
import { ask, askAll, ONE_PATIENCE_MS, type Conversation } from './conversation.js';
import type { Completeness } from './requests.js';
import type { Scene } from './scene.js';

type Found = NonNullable<QueryMessages['query.job-told']['found']>;

/** A job, the node that is its home, and how many were asked to find it. */
export interface FoundJob extends Completeness {
  readonly home: NodeId;
  readonly found: Found;
}

/** Nodes of the first round: the ring's preference list as it is today. */
const FIRST_ASKED = 3;

/** The members that can be asked: alive or suspect, this node included. */
export function liveNodes(scene: Scene): NodeId[] {
  return [...scene.membership.members.values()].filter(isLive).map(({ id }) => id);
}

/** Asks where a job most likely is, then everyone; undefined where nobody who answered knows it. */
export function* search(
  scene: Scene,
  job: JobId,
): Conversation<FoundJob | (Completeness & { readonly found: undefined })> {
  const live = liveNodes(scene);
  const remembered = scene.places.get(job);
  const likely = scene.view.ring.preference(job, FIRST_ASKED).filter((node) => live.includes(node));
  const first = remembered ? [remembered] : likely;
  const rounds = [first, live.filter((node) => !first.includes(node))];
  let asked = 0;
  let answered = 0;
  for (const nodes of rounds) {
    const message = { kind: 'query.job' as const, job, waitMs: 0 };
    const answers = yield* askAll(
      nodes.map((to) => ({ to, message })),
      'query.job-told',
      nodes.length === 1 ? ONE_PATIENCE_MS : undefined,
    );
    asked += nodes.length;
    answered += answers.filter((answer) => answer !== undefined).length;
    const at = answers.findIndex((answer) => answer?.found !== undefined);
    const found = answers[at]?.found;
    const home = nodes[at];
    if (found && home) {
      scene.places.set(job, home);
      return { home, found, asked, answered };
    }
  }
  return { found: undefined, asked, answered };
}

/** @throws CoveyError `not-found`, saying how many were asked */
export function* find(scene: Scene, job: JobId): Conversation<FoundJob> {
  const result = yield* search(scene, job);
  if (result.found) return result;
  const silent = result.asked - result.answered;
  const away = [...scene.membership.members.values()].filter(({ state }) => state === 'dead').length;
  const hint =
    silent + away > 0 ? `${silent + away} nodes did not answer; its home may be among them` : 'see `covey ls`';
  throw new CoveyError('not-found', `no job ${job} (asked ${result.asked}, answered ${result.answered})`, hint);
}

/** The home of a shard by its job's plan. */
export function shardHome(plan: Plan, shard: number): NodeId | undefined {
  return plan.homes[plan.homeOf[shard] ?? -1];
}

/** Waits at a job's home until the job is terminal; undefined where the home does not answer. */
export function* waitAtHome(
  home: NodeId,
  job: JobId,
  waitMs: number,
  patienceMs: number,
): Conversation<Found | undefined> {
  const answer = yield* ask(home, { kind: 'query.job', job, waitMs }, 'query.job-told', waitMs + patienceMs);
  return answer?.found;
}
