import { CoveyError } from '../../../kernel/errors.js';
import { noticesOf } from '../../../tasks/notices.js';
import type { Conversation } from './conversation.js';
import type { Accepted, Submission } from './requests.js';
import type { Scene } from './scene.js';
import { submit } from './submit.js';

/**
 * Has a job accepted, and the jobs that tell of its end: these wait for it as any may. Only then the client is answered, so
 * that who has an answer will be told; who has none repeats the submission, and what is there already is found by its id.
 */
export function* submitWithNotices(scene: Scene, job: Submission): Conversation<Accepted> {
  const accepted = yield* submit(scene, job);
  for (const { job: id, spec } of noticesOf(job.job, job.spec)) {
    const { digest, isKeyed } = job;
    const repeat = accepted.existed || job.repeat ? { repeat: {} } : {};
    const notice: Submission = { job: id, digest, isKeyed, spec, range: { first: 0, step: 1, count: 1 }, ...repeat };
    try {
      yield* submit({ ...scene, admission: undefined }, notice);
    } catch (error) {
      if (!(error instanceof CoveyError)) throw error;
      // It was there, and is kept no more: it has told.
      if (error.code !== 'conflict') throw unannounced(job, error);
    }
  }
  return accepted;
}

function unannounced({ job }: Submission, { message }: CoveyError): CoveyError {
  const what = `job ${job} was accepted, but not yet what is to tell of its end: ${message}`;
  return new CoveyError('outcome-unknown', what, 'retry with the same idempotency key: it runs once');
}
