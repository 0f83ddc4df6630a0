import { expect } from 'chai';
import { jobId } from '../../../../src/kernel/ids.js';
import { CoveyError } from '../../../../src/kernel/errors.js';
import { submitWithNotices } from '../../../../src/node/core/gateway/notices.js';
import type { Submission } from '../../../../src/node/core/gateway/requests.js';
import { infoOf } from '../../../../src/tasks/job-record.js';
import { noCounts } from '../../../../src/kernel/states.js';
import { specOf } from '../../../tasks/support/fixtures.js';
import { Stage, type Flock } from './support/stage.js';

const JOB = jobId('job1');
const spec = specOf({ notify: { command: './tell.sh' } });
const range = { first: 0, step: 1, count: 1 };
const submission: Submission = { job: JOB, digest: 'd', isKeyed: false, spec, range };
const found = {
  set: ['n0', 'n1', 'n2'],
  digest: 'd',
  info: infoOf({ job: JOB, range, createdAtMs: 1 }, 'x', noCounts(), undefined),
};

/** Knows the job once it is made, and answers for its notice as told. */
function flockOf(outcome: string, made: string[] = []): Flock {
  return ({ message }) => {
    if (message.kind !== 'job.create') return { kind: 'query.job-told', ...(made.includes(JOB) ? { found } : {}) };
    made.push(message.job);
    return { kind: 'job.created', outcome: message.job === JOB ? 'created' : outcome, tasks: 1, replicas: 3, acked: 2 };
  };
}

describe('submitting what is to be told of', () => {
  it('should answer for the job once both are made', () => {
    const made: string[] = [];
    const stage = new Stage(5);
    expect(stage.play(submitWithNotices(stage.scene, submission), flockOf('created', made))).to.include({ job: JOB });
    expect(made).to.deep.equal([JOB, `uc${JOB}`]);
  });

  it('should say that the outcome is not known where nobody would tell of the job that is made', () => {
    const stage = new Stage(5);
    const play = () => stage.play(submitWithNotices(stage.scene, submission), flockOf('busy'));
    expect(play)
      .to.throw(CoveyError, 'job job1 was accepted, but not yet what is to tell of its end')
      .with.property('code', 'outcome-unknown');
  });

  it('should take it that one which is kept no more has told', () => {
    const stage = new Stage(5);
    const played = stage.play(submitWithNotices(stage.scene, submission), flockOf('gone'));
    expect(played).to.include({ job: JOB, existed: false });
  });
});
