import { candidatesFor, filteredBy } from '../../../placement/explain.js';
import type { Scored } from '../../../placement/scores.js';
import { NOTHING } from '../../../kernel/resources.js';
import { isTerminal } from '../../../kernel/states.js';
import { ask, type Conversation } from './conversation.js';
import { askProgress } from './progress.js';
import { readTask } from './read.js';
import type { OneTask, Requests } from './requests.js';
import type { Scene } from './scene.js';

/** Whoever looks on waits no longer for a coordinator that does not answer this. */
const SCORES_MS = 500;

export function* explain(scene: Scene, query: Requests['explain']['asks']): Conversation<Requests['explain']['gets']> {
  const task = yield* readTask(scene, query);
  const { key, needs = NOTHING, shunned } = task.more;
  const { queue } = task.task.state === 'queued' ? yield* askProgress(query.job, task.task) : {};
  const scored = yield* askScores(task);
  const wanted = { needs, shunned, policy: scored?.policy ?? task.job.policy };
  const candidates = candidatesFor(scene.view, scene.policy, key, wanted, scored?.scores);
  return { ...task, candidates, filtered: filteredBy(scene.view, scene.policy, wanted), queue, scored };
}

/** What the one who places it makes of the nodes, for such a task as it would be placed now. */
function* askScores({ job, task, more, coordinator }: OneTask): Conversation<Scored | undefined> {
  const { key, needs } = more;
  if (isTerminal(task.state) || job.perNode === true || !needs) return undefined;
  const named = job.policy === undefined ? {} : { policy: job.policy };
  const message = { kind: 'query.scores' as const, key, name: job.name, needs, ...named };
  return yield* ask(coordinator, message, 'query.scores-told', SCORES_MS);
}
