import { CoveyError } from '../../../kernel/errors.js';
import type { Conversation } from './conversation.js';
import { askCoordinator } from './coordinator.js';
import { find } from './find.js';
import type { Requests } from './requests.js';
import type { Scene } from './scene.js';

/**
 * Changes limits of a job; answered once that is durable.
 *
 * @throws CoveyError `conflict` where the job has ended, is cancelled, or is a schedule
 */
export function* update(scene: Scene, { job, limits }: Requests['update']['asks']): Conversation<object> {
  const { found } = yield* find(scene, job);
  if (found.info.schedule) {
    const hint = 'cancel it and submit another, or change a job that it has made';
    throw new CoveyError('conflict', `${job} is a schedule: what it was submitted with stays`, hint);
  }
  const message = { kind: 'job.update' as const, job, ...limits };
  const answer = yield* askCoordinator(scene, { register: job, set: found.set }, message, 'job.updated');
  if (!answer) {
    throw new CoveyError('outcome-unknown', `nobody has confirmed the change of ${job}`, 'try again: it is safe');
  }
  if (!answer.isOver) return {};
  throw new CoveyError('conflict', `job ${job} has ended, or is cancelled`, '`covey retry` starts its tasks again');
}
