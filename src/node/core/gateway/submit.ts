import { CoveyError } from '../../../kernel/errors.js';
import type { NodeId } from '../../../kernel/ids.js';
import { shortage } from '../../../kernel/resources.js';
import type { Plan } from '../../../tasks/messages.js';
import { ask, askAll, type Conversation } from './conversation.js';
import { search } from './find.js';
import { planShards, shardSize } from './plan.js';
import type { Accepted, Submission } from './requests.js';
import type { Scene } from './scene.js';

/** A create that stays unanswered for so long is reported as unknown; the same key makes a retry safe. */
const CREATE_PATIENCE_MS = 5_000;

/** Shards whose items are sent ahead at once. */
const STAGE_WINDOW = 8;

/** Has a job accepted durably by its home; until then nothing of it runs. */
export function* submit(scene: Scene, job: Submission): Conversation<Accepted> {
  if (!scene.membership.isJoined) {
    throw new CoveyError(
      'unavailable',
      'this node has not joined its flock yet',
      'check --join, or try again in a moment',
    );
  }
  refuseUnplaceable(scene, job);
  const found = job.isKeyed ? yield* search(scene, job.job) : undefined;
  if (found?.found) return repeated(job, found.found.digest, found.found.info.tasks);
  const isAlive = (node: NodeId) => scene.view.member(node)?.state === 'alive';
  const home = homeOf(scene, job, isAlive);
  scene.places.set(job.job, home);
  const size = shardSize(job.range.count, scene.view.ring.size, job.items);
  const plan = planShards(scene.view.ring, isAlive, { id: job.job, home, tasks: job.range.count }, size);
  for (let tries = 0; tries < 2; tries++) {
    yield* stage(home, job, plan);
    const created = yield* create(scene, home, job, plan);
    if (created) return created;
  }
  throw unknownOutcome(job);
}

/**
 * Where the job is to be accepted. An id is tried at one home only (register.md, rule 6): what was sent to a home that died
 * may be on its disk.
 *
 * @throws CoveyError `outcome-unknown` or `unavailable`, where that home is away
 */
function homeOf(scene: Scene, job: Submission, isAlive: (node: NodeId) => boolean): NodeId {
  const tried = scene.places.get(job.job);
  if (tried !== undefined && isAlive(tried)) return tried;
  if (tried !== undefined) throw unknownOutcome(job);
  const away = job.isKeyed ? scene.view.awayOwner(job.job) : undefined;
  if (away !== undefined) {
    const hint = `submit again when ${away.id} is back, or under another key`;
    const how = { suspect: 'does not answer', dead: 'is dead', left: 'has left', alive: 'is busy' }[away.state];
    throw new CoveyError('unavailable', `node ${away.id} may know this idempotency key, and it ${how}`, hint);
  }
  for (const node of scene.view.ring.walk(job.job)) if (isAlive(node)) return node;
  return scene.self;
}

/** Sends the items of each shard ahead of the create. */
function* stage(home: NodeId, job: Submission, plan: Plan): Conversation<void> {
  const { items } = job;
  if (!items) return;
  for (let from = 0; from < plan.homeOf.length; from += STAGE_WINDOW) {
    const shards = plan.homeOf.slice(from, from + STAGE_WINDOW).map((_, i) => from + i);
    const asks = shards.map((shard) => {
      const part = items.slice(shard * plan.shardSize, (shard + 1) * plan.shardSize);
      return { to: home, message: { kind: 'job.items' as const, job: job.job, shard, items: part } };
    });
    const answers = yield* askAll(asks, 'job.staged', CREATE_PATIENCE_MS);
    if (answers.includes(undefined)) {
      throw new CoveyError(
        'unavailable',
        `node ${home} did not take the items of the job`,
        'nothing was submitted; try again',
      );
    }
  }
}

/** Undefined where the home lacks items that it had acknowledged: it restarted in between. */
function* create(scene: Scene, home: NodeId, job: Submission, plan: Plan): Conversation<Accepted | undefined> {
  const message = {
    kind: 'job.create' as const,
    job: job.job,
    spec: job.spec,
    range: job.range,
    plan,
    itemised: job.items !== undefined,
    digest: job.digest,
    createdAtMs: scene.now().wallMs,
  };
  const answer = yield* ask(home, message, 'job.created', CREATE_PATIENCE_MS);
  if (!answer) throw unknownOutcome(job);
  switch (answer.outcome) {
    case 'created':
    case 'exists':
      return { job: job.job, tasks: job.range.count, existed: answer.outcome === 'exists', replicas: 1, acked: 1 };
    case 'conflict':
      return repeated(job, undefined, answer.tasks);
    case 'busy':
      throw new CoveyError('busy', 'the flock holds as many unfinished jobs as it may', 'try again later');
    case 'items-missing':
      return undefined;
  }
}

/** The answer to a keyed submission whose id is known. */
function repeated(job: Submission, digest: string | undefined, tasks: number): Accepted {
  if (digest === job.digest) return { job: job.job, tasks, existed: true, replicas: 1, acked: 1 };
  const hint = `see \`covey show ${job.job}\`, or submit under another key`;
  throw new CoveyError('conflict', `the idempotency key already stands for job ${job.job}, which differs`, hint);
}

/** Refuses at once what no node known to this one could ever run. */
function refuseUnplaceable(scene: Scene, job: Submission): void {
  let lacking: string | undefined;
  for (const { profile } of scene.membership.members.values()) {
    const lacks = shortage(job.spec.needs, profile.capacity);
    if (lacks === undefined) return;
    lacking ??= lacks;
  }
  if (lacking === undefined) return;
  throw new CoveyError(
    'unplaceable',
    `no node has enough ${lacking} for this job`,
    'see `covey nodes` for what there is',
  );
}

function unknownOutcome(job: Submission): CoveyError {
  const hint = 'retry with the same idempotency key: it runs once';
  return new CoveyError('outcome-unknown', `job ${job.job} was sent, but no node has confirmed it`, hint);
}
