import { CoveyError } from '../../../kernel/errors.js';
import { compareText, type NodeId } from '../../../kernel/ids.js';
import { CONTAINER, shortage, withoutContainer } from '../../../kernel/resources.js';
import { chooseHolders } from '../../../placement/replica-choice.js';
import { nextAsked } from '../../../tasks/asking.js';
import type { Plan } from '../../../tasks/job-messages.js';
import type { TaskMessages } from '../../../tasks/messages.js';
import { majorityOf } from '../../../tasks/register/replica-set.js';
import { claim, type Claimed } from './claim.js';
import { askAll, askRaw, hintsIn, pause, type Conversation } from './conversation.js';
import { search, type FoundJob } from './find.js';
import type { Tried } from './places.js';
import { planShards, shardSize } from './plan.js';
import type { Accepted, Completeness, Submission } from './requests.js';
import type { Scene } from './scene.js';

/** One replica that does not answer for so long is passed over. */
const ONE_MS = 3_000;
/** A create that stays unanswered for so long is reported as unknown; the same key makes a retry safe. */
const DEADLINE_MS = 12_000;
/** Shards whose items are sent ahead at once. */
const STAGE_WINDOW = 8;

/** Has a job accepted durably by a majority of its replicas; until then nothing of it runs. */
export function* submit(scene: Scene, wished: Submission): Conversation<Accepted> {
  const { perNode, schedule } = wished.spec;
  const job = perNode === true && !schedule ? forEachNode(scene, wished) : withPolicy(scene, wished);
  if (!scene.membership.isJoined) {
    throw new CoveyError(
      'unavailable',
      'this node has not joined its flock yet',
      'check --join, or try again in a moment',
    );
  }
  refuseWithoutDisk(scene.storeRefusal());
  refuseUnplaceable(scene, job);
  yield* refuseOrphan(scene, job);
  const mayBeKnown = job.isKeyed || job.repeat !== undefined;
  const result = mayBeKnown ? yield* search(scene, job.job) : undefined;
  if (result?.found) return repeated(job, result.found);
  if (result?.isGone) throw gone(job);
  refuseUntaken(scene);
  yield* admit(scene, job);
  const before = job.repeat?.tried ?? scene.places.tried(job.job);
  if (result && before === undefined && job.spec.contract === 'at-most-once') refuseUnsearched(scene, result);
  const fresh = { set: chooseHolders(scene.view, job.job), createdAtMs: scene.now().wallMs };
  if (before === undefined) refuseMinority(scene, fresh);
  const mustClaim = before === undefined || before.rank !== undefined;
  const claimed = result && mustClaim ? yield* claim(scene, job.job, fresh, result.answeredBy, before) : undefined;
  const isClaimed = claimed?.kind === 'granted';
  // What was tried before may be there, unless it is known to be void.
  const tried = isClaimed ? claimed.tried : (before ?? fresh);
  if (claimed && !isClaimed && before === undefined) throw unsure(job, claimed);
  refuseMinority(scene, tried);
  const size = shardSize(job.range.count, scene.view.ring.size, job.items);
  const plan = planShards(scene.view, { id: job.job, tasks: job.range.count }, size);
  scene.places.noteTried(job.job, tried);
  return yield* create(scene, job, plan, tried, isClaimed);
}

/** What may have been taken before is not counted again, nor refused. */
function* admit(scene: Scene, { spec, repeat }: Submission): Conversation<void> {
  const afterMs = repeat === undefined ? (scene.admission?.admit(spec, scene.now().monoMs) ?? 0) : 0;
  if (afterMs > 0) yield* pause(Math.ceil(afterMs));
}

/** With this node's own policy where it names none: whoever coordinates it goes by that. Its digest stays that of what was asked. */
function withPolicy({ defaultPolicy: policy }: Scene, job: Submission): Submission {
  if (policy === undefined || job.spec.policy !== undefined || job.spec.perNode === true) return job;
  return { ...job, spec: { ...job.spec, policy } };
}

/**
 * A key that was accepted before is known to a majority of some set. Where so many of those that may have been in it are silent,
 * nobody can say that it was not.
 */
function unsure(job: Submission, claimed: Exclude<Claimed, { kind: 'granted' }>): CoveyError {
  if (claimed.kind === 'contested') {
    const hint = 'nothing was submitted; try again in a moment';
    return new CoveyError('unavailable', `other nodes are about to make job ${job.job}`, hint);
  }
  const why =
    claimed.kind === 'known'
      ? 'too few of its replicas are there to say how it stands'
      : `${claimed.silent} nodes that may know it are silent`;
  const hint = 'nothing was submitted; try again when they are back, or submit under another key';
  return new CoveyError('unavailable', `job ${job.job} may have been accepted before: ${why}`, hint);
}

/**
 * Those that did not answer may be just the ones that hold the job already, and then it would be made a second time; one
 * alone cannot be a majority of its replicas.
 */
function refuseUnsearched({ membership }: Scene, { answered }: Completeness): void {
  const members = [...membership.members.values()].filter(({ state }) => state !== 'left').length;
  if (answered >= members - 1) return;
  throw new CoveyError(
    'unavailable',
    `only ${answered} of ${members} nodes could say whether this at-most-once job is known already`,
    'nothing was submitted; all nodes but one must answer: see `covey nodes`, or leave the key away',
  );
}

/** Nothing is sent where no majority is known to be up, and able to vote. */
function refuseMinority(scene: Scene, { set, createdAtMs }: Tried): void {
  const { self, view } = scene;
  const here = set.filter((node) => view.member(node)?.state === 'alive');
  const isNeeded = here.includes(self) && here.length <= majorityOf(set);
  const leftMs = scene.abstainsUntilMs() - createdAtMs;
  if (isNeeded && leftMs >= 0) {
    const hint = `nothing was submitted; try again in ${Math.ceil((leftMs + 1) / 1000)} s`;
    throw new CoveyError('unavailable', 'this node lost its store and cannot vote yet on what is new', hint);
  }
  if (here.length >= majorityOf(set)) return;
  const hint = 'nothing was submitted; try again when more of them are back, or under another key: see `covey nodes`';
  throw new CoveyError('unavailable', `only ${here.length} of the ${set.length} nodes that would hold it are up`, hint);
}

/** Asks one replica after the other; which of them makes it is all the same. */
function* create(scene: Scene, job: Submission, plan: Plan, tried: Tried, isKeyed: boolean): Conversation<Accepted> {
  const { set, createdAtMs, rank } = tried;
  const untilMs = scene.now().monoMs + DEADLINE_MS;
  const message: Omit<TaskMessages['job.create'], 'ask'> = {
    ...{ kind: 'job.create', job: job.job, spec: job.spec, range: job.range, plan },
    ...{ itemised: job.items !== undefined, digest: job.digest, createdAtMs, set: [...set], isKeyed },
    ...(rank === undefined ? {} : { rank }),
  };
  let to = set.find((node) => scene.view.member(node)?.state === 'alive');
  let mayBeTaken = false;
  for (let hops = 0; to !== undefined && scene.now().monoMs < untilMs; hops++) {
    const isStaged = yield* stage(to, job, plan);
    const [answer] = isStaged ? yield* askRaw([{ to, message }], ONE_MS) : [];
    if (answer?.kind === 'job.created') {
      const accepted = outcomeOf(job, answer, mayBeTaken);
      if (accepted) scene.places.settled(job.job);
      if (accepted instanceof CoveyError) throw accepted;
      if (accepted) return accepted;
    }
    mayBeTaken ||= isStaged && answer?.kind !== 'job.created';
    const next = nextAsked(set, to, hintsIn(answer), hops);
    if (next.delayMs > 0) yield* pause(next.delayMs);
    to = next.to;
  }
  throw unknownOutcome(job, tried);
}

/** Sends the items of each shard ahead of the create. False where the node does not take them. */
function* stage(to: NodeId, job: Submission, { shardSize: size }: Plan): Conversation<boolean> {
  const { items } = job;
  const shards = items ? Math.ceil(items.length / size) : 0;
  for (let from = 0; items && from < shards; from += STAGE_WINDOW) {
    const some = Array.from({ length: Math.min(STAGE_WINDOW, shards - from) }, (_, i) => from + i);
    const asks = some.map((shard) => {
      const part = items.slice(shard * size, (shard + 1) * size);
      return { to, message: { kind: 'job.items' as const, job: job.job, shard, items: part } };
    });
    const answers = yield* askAll(asks, 'job.staged', ONE_MS);
    if (answers.includes(undefined)) return false;
  }
  return true;
}

/**
 * What the client is told, or an error that is certain; undefined where another try may do better.
 *
 * @param mayBeTaken - by a node that has not answered: then no refusal of another makes it certain that nothing was taken
 */
function outcomeOf(
  job: Submission,
  { outcome, replicas, acked, tasks }: Omit<TaskMessages['job.created'], 're'>,
  mayBeTaken: boolean,
): Accepted | CoveyError | undefined {
  switch (outcome) {
    case 'created':
    case 'exists':
      return {
        ...{ job: job.job, tasks: job.range.count, existed: outcome === 'exists', replicas, acked },
        degraded: acked < majorityOf(replicas),
      };
    case 'conflict':
      return conflict(job, tasks);
    case 'gone':
      return gone(job);
    case 'busy':
      if (mayBeTaken) return undefined;
      return new CoveyError('busy', 'the flock holds as many unfinished jobs as it may', 'try again later');
    case 'disagree':
      if (mayBeTaken) return undefined;
      return new CoveyError(
        'unavailable',
        'nodes disagree at the moment on who is to hold this job',
        'nothing was submitted; try again in a few seconds',
      );
    case 'items-missing':
      return undefined;
  }
}

/** The answer to a submission whose id is known. */
function repeated(job: Submission, { digest, info, set, isAlone = false }: FoundJob['found']): Accepted {
  if (digest !== job.digest) throw conflict(job, info.tasks);
  // A survivor that goes on alone vouches for its own disk only.
  const durability = { replicas: set.length, acked: isAlone ? 1 : majorityOf(set), degraded: isAlone };
  return { job: job.job, tasks: info.tasks, existed: true, ...durability };
}

function conflict(job: Submission, tasks: number): CoveyError {
  const hint = `see \`covey show ${job.job}\`, or submit under another key`;
  const what = `of ${tasks} task${tasks === 1 ? '' : 's'}, which differs`;
  return new CoveyError('conflict', `the idempotency key already stands for job ${job.job} ${what}`, hint);
}

/** What cannot be written down must not be accepted, nor begun elsewhere by a node that cannot remember it. */
function refuseWithoutDisk(refusal: string | undefined): void {
  if (refusal === undefined) return;
  const hint = 'nothing was submitted; see `covey doctor`, or submit through another node';
  throw new CoveyError('unavailable', `this node's disk takes no writes: ${refusal}`, hint);
}

function gone(job: Submission): CoveyError {
  const message = `the idempotency key stands for job ${job.job}, which has ended and is kept no more`;
  return new CoveyError('conflict', message, 'it has run: submit under another key to run it again');
}

/** The same with a task for each node that takes work and has enough for it. */
function forEachNode({ membership }: Scene, job: Submission): Submission {
  const nodes = [...membership.members.values()]
    .filter(({ state, draining, profile }) => {
      return state === 'alive' && !draining && shortage(job.spec.needs, profile.capacity) === undefined;
    })
    .map(({ id }) => id)
    .sort(compareText);
  // Nobody: said with what it lacks.
  if (nodes.length === 0) return job;
  return { ...job, range: { first: 0, step: 1, count: nodes.length }, items: nodes };
}

/** What it is to wait for must be known: a job that nobody ever heard of would be waited for in vain. */
function* refuseOrphan(scene: Scene, { spec }: Submission): Conversation<void> {
  for (const { job } of spec.start?.after ?? []) {
    const { found, isKnown } = { isKnown: true, ...(yield* search(scene, job)) };
    if (found?.info.schedule) {
      throw new CoveyError(
        'usage',
        `job ${job} is a schedule, which has no end to wait for`,
        'wait for a job that it made',
      );
    }
    if (found || isKnown) continue;
    throw new CoveyError('not-found', `there is no job ${job} to wait for`, 'nothing was submitted; see `covey ls`');
  }
}

/** Refuses at once what no node known to this one could ever run. */
function refuseUnplaceable(scene: Scene, job: Submission): void {
  const { needs: all, perNode } = job.spec;
  // A container waits for a node that has podman or docker; a task for each node has none to wait for.
  const needs = perNode === true ? all : withoutContainer(all);
  let lacking: string | undefined;
  for (const { profile } of scene.membership.members.values()) {
    const lacks = shortage(needs, profile.capacity);
    if (lacks === undefined) return;
    lacking ??= lacks;
  }
  if (lacking === undefined) return;
  throw new CoveyError(
    'unplaceable',
    lacking === CONTAINER ? `no node has podman or docker` : `no node has enough ${lacking} for this job`,
    'see `covey nodes` for what there is',
  );
}

/** Where every node drains it would wait until one is started again, which nobody may have in mind. */
function refuseUntaken({ view }: Scene): void {
  if (view.ring.size > 0) return;
  const hint = 'nothing was submitted; start another node, or one of these again: see `covey nodes`';
  throw new CoveyError('unplaceable', 'no node takes work: all that are here drain', hint);
}

function unknownOutcome(job: Submission, tried: Tried): CoveyError {
  const hint = 'retry with the same idempotency key: it runs once';
  const message = `job ${job.job} was sent, but no majority of its replicas has confirmed it`;
  return new CoveyError('outcome-unknown', message, hint, { tried });
}
