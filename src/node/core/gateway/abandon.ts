import { CoveyError } from '../../../kernel/errors.js';
import type { JobId, NodeId } from '../../../kernel/ids.js';
import { askRaw, pause, type Answer, type Conversation } from './conversation.js';
import { liveNodes } from './find.js';
import type { Requests } from './requests.js';
import type { Scene } from './scene.js';

type Told = Extract<NonNullable<Answer>, { readonly kind: 'job.abandoned' }>;

/** Of several words the one that says most: others may have missed what one of them knows. */
const RANKS: readonly Told['outcome'][] = ['done', 'begun', 'over', 'early', 'unsure', 'whole'];
/** A survivor looks once a second at what it may open, and writes it then. */
const BEGUN_MS = 20_000;
const PAUSE_MS = 500;

/**
 * Ends a job of which most replicas, or most of a part of it, are dead for good; answered once it is on disk wherever it can be.
 * Whoever has a part of it is asked: nobody need coordinate it.
 *
 * @throws CoveyError `conflict` where that is not so, not for long enough, or not to be ended by what is left; `not-found`
 */
export function* abandon(
  scene: Scene,
  { job }: Requests['abandon']['asks'],
): Conversation<Requests['abandon']['gets']> {
  const untilMs = scene.now().monoMs + BEGUN_MS;
  while (scene.now().monoMs < untilMs) {
    const told = yield* askAll(scene, job, liveNodes(scene));
    if (told.outcome === 'done') return { tasks: told.tasks, degraded: told.degraded };
    if (told.outcome !== 'begun') throw refused(job, told);
    yield* pause(PAUSE_MS);
  }
  throw new CoveyError('outcome-unknown', `nobody has confirmed that ${job} is abandoned`, 'try again: it is safe');
}

function* askAll(scene: Scene, job: JobId, nodes: readonly NodeId[]): Conversation<Told> {
  const message = { kind: 'job.abandon' as const, job };
  const answers = yield* askRaw(nodes.map((to) => ({ to, message })));
  const told = answers.filter((answer) => answer?.kind === 'job.abandoned');
  const [best] = told.sort((a, b) => RANKS.indexOf(a.outcome) - RANKS.indexOf(b.outcome));
  if (best) return best;
  const answered = answers.filter((answer) => answer !== undefined).length;
  const hint = 'no replica of it is left, or there is none: see `covey ls`';
  throw new CoveyError('not-found', `no job ${job} (asked ${nodes.length}, answered ${answered})`, hint);
}

function refused(job: JobId, { outcome, gone, replicas, leftMs }: Told): CoveyError {
  if (outcome === 'over') return new CoveyError('conflict', `job ${job} has ended`, `see \`covey show ${job}\``);
  if (outcome === 'early') {
    const hint = `try again in ${Math.ceil(leftMs / 1000)} s, if they do not come back`;
    return new CoveyError('conflict', `${gone} of ${replicas} replicas of ${job} are gone, and not for long yet`, hint);
  }
  if (outcome === 'unsure') {
    const hint = 'bring back another replica of it; see `covey nodes`';
    return new CoveyError('conflict', `the replica of ${job} that is left may lack some of it`, hint);
  }
  const hint = '`covey cancel` ends it; see `covey nodes`';
  return new CoveyError('conflict', `nothing of ${job} has lost most of its replicas for good`, hint);
}
