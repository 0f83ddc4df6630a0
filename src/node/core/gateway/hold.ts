import { CoveyError } from '../../../kernel/errors.js';
import type { Conversation } from './conversation.js';
import { askCoordinator } from './coordinator.js';
import { find } from './find.js';
import type { Requests } from './requests.js';
import type { Scene } from './scene.js';

/** Holds a job back, or lets it go on; answered once that is durable. */
export function* hold(scene: Scene, { job, isHeld }: Requests['hold']['asks']): Conversation<Requests['hold']['gets']> {
  const { found } = yield* find(scene, job);
  const message = { kind: 'job.hold' as const, job, isHeld };
  const answer = yield* askCoordinator(scene, { register: job, set: found.set }, message, 'job.held');
  if (answer) return { isOver: answer.isOver };
  const what = isHeld ? 'hold' : 'release';
  throw new CoveyError('outcome-unknown', `nobody has confirmed the ${what} of ${job}`, 'try again: it is safe');
}
