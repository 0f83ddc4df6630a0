import { CoveyError } from '../../../kernel/errors.js';
import type { Queue } from '../../../kernel/queues.js';
import type { Requests, Submission } from './requests.js';
import type { Scene } from './scene.js';

export function setQueue({ queues }: Scene, { name, settings }: Requests['queue-set']['asks']): Queue {
  return queues.set(name, settings);
}

export function removeQueue({ queues }: Scene, { name }: Requests['queue-remove']['asks']): object {
  queues.remove(name);
  return {};
}

/**
 * A job takes along what is set of its queue when it is submitted. One that was submitted before, by a schedule say, keeps what it
 * had where the queue is gone.
 *
 * @throws CoveyError `not-found`
 */
export function inQueue<S extends Submission>({ queues }: Scene, submission: S): S {
  const { queue } = submission.spec;
  if (!queue) return submission;
  const found = queues.get(queue.name);
  if (!found && queue.settings) return submission;
  if (!found) {
    const names = queues.list().map(({ name }) => name);
    const hint = names.length === 0 ? 'there is none yet: covey queue set' : `there is ${names.join(', ')}`;
    throw new CoveyError('not-found', `no queue ${JSON.stringify(queue.name)}`, hint);
  }
  const { weight, guarantee, limit, discipline } = found;
  const settings = {
    weight,
    ...(guarantee === undefined ? {} : { guarantee }),
    ...(limit === undefined ? {} : { limit }),
    ...(discipline === undefined ? {} : { discipline }),
  };
  return { ...submission, spec: { ...submission.spec, queue: { name: queue.name, settings } } };
}
