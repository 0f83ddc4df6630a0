import { expect } from 'chai';
import { CoveyError } from '../../../../src/kernel/errors.js';
import { jobId } from '../../../../src/kernel/ids.js';
import type { PolicyName } from '../../../../src/kernel/policies.js';
import type { Submission } from '../../../../src/node/core/gateway/requests.js';
import { submit } from '../../../../src/node/core/gateway/submit.js';
import { chooseHolders } from '../../../../src/placement/replica-choice.js';
import type { TaskMessages } from '../../../../src/tasks/messages.js';
import type { JobSpec } from '../../../../src/tasks/spec.js';
import { node } from '../../../placement/support.js';
import { specOf } from '../../../tasks/support/fixtures.js';
import { Stage, type Flock } from './support/stage.js';

const JOB = jobId('job1');
type Create = Omit<TaskMessages['job.create'], 'ask'>;

function submission(more: Partial<Submission> = {}): Submission {
  const range = { first: 0, step: 1, count: 1 };
  return { job: JOB, digest: 'd', isKeyed: false, spec: specOf(), range, ...more };
}

const created = (outcome = 'created') => ({ kind: 'job.created', outcome, tasks: 1, replicas: 3, acked: 2 });
const unknown: Flock = ({ message }) => {
  if (message.kind === 'job.claim') return { kind: 'job.claimed', isGranted: true };
  return message.kind === 'query.job' ? { kind: 'query.job-told' } : undefined;
};

function failure(run: () => unknown): CoveyError {
  try {
    run();
  } catch (error) {
    if (error instanceof CoveyError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('submitting through a gateway', () => {
  it('should have the first of the replicas make it, and say how durable it is', () => {
    const stage = new Stage(5);
    const creates: Create[] = [];
    const result = stage.play(submit(stage.scene, submission()), ({ message }) => {
      if (message.kind === 'job.create') creates.push(message);
      return created();
    });
    expect(result).to.deep.equal({ job: JOB, tasks: 1, existed: false, replicas: 3, acked: 2, degraded: false });
    expect(creates).to.have.length(1);
    expect(creates[0]).to.deep.include({ set: chooseHolders(stage.scene.view, JOB), createdAtMs: 1_007 });
  });

  it("should have it placed by this node's policy where it names none, and by its own where it does", () => {
    const policyOf = (defaultPolicy: PolicyName | undefined, spec: Partial<JobSpec>) => {
      const stage = new Stage(5);
      const creates: Create[] = [];
      stage.play(submit({ ...stage.scene, defaultPolicy }, submission({ spec: specOf(spec) })), ({ message }) => {
        if (message.kind === 'job.create') creates.push(message);
        return created();
      });
      return creates[0]?.spec.policy;
    };
    expect(policyOf(undefined, {})).to.equal(undefined);
    expect(policyOf('random', {})).to.equal('random');
    expect(policyOf('random', { policy: 'bounded-ring' })).to.equal('bounded-ring');
    const schedule = { cron: '* * * * *', zone: 'UTC', overlap: 'skip', missed: 'run' } as const;
    expect(policyOf('random', { perNode: true, schedule })).to.equal(undefined);
  });

  it('should have the next replica make it where one does not answer, under the same set and time', () => {
    const stage = new Stage(5);
    const creates: { to: string; set: readonly string[]; createdAtMs: number }[] = [];
    stage.play(submit(stage.scene, submission()), ({ to, message }) => {
      if (message.kind !== 'job.create') return undefined;
      creates.push({ to, set: message.set, createdAtMs: message.createdAtMs });
      return creates.length < 3 ? undefined : created();
    });
    const set = chooseHolders(stage.scene.view, JOB);
    expect(creates).to.deep.equal(set.map((to) => ({ to, set, createdAtMs: 1_007 })));
  });

  it('should pass over replicas that are not alive, and follow hints', () => {
    const set = chooseHolders(new Stage(3).scene.view, JOB);
    const first = [0, 1, 2].find((i) => node(i) === set[0])!;
    const stage = new Stage(3, { [first]: 'suspect' });
    const now = chooseHolders(stage.scene.view, JOB);
    const asked: string[] = [];
    stage.play(submit(stage.scene, submission()), ({ to }) => {
      asked.push(to);
      return asked.length === 1 ? { kind: 'elsewhere', nodes: [now[1]] } : created('exists');
    });
    expect(now[2], 'suspects come last').to.equal(node(first));
    expect(asked).to.deep.equal([now[0], now[1]]);
    expect(stage.said.some((said) => said.startsWith('pause'))).to.equal(false);
  });

  it('should send nothing while this node, having lost its store, would be needed for a majority', () => {
    const alone = new Stage(1);
    alone.abstainsUntilMs = 3_000;
    const error = failure(() => alone.play(submit(alone.scene, submission()), () => created()));
    expect(error).to.include({
      code: 'unavailable',
      message: 'this node lost its store and cannot vote yet on what is new',
    });
    expect(error.hint).to.equal('nothing was submitted; try again in 2 s');
    alone.nowMs = 3_000;
    expect(alone.play(submit(alone.scene, submission()), () => created())).to.include({ existed: false });

    const among = new Stage(3);
    among.abstainsUntilMs = 3_000;
    expect(among.play(submit(among.scene, submission()), () => created())).to.include({ existed: false });
  });

  it('should send nothing where no majority of the replicas is known to be up', () => {
    const stage = new Stage(3, { 1: 'dead', 2: 'suspect' });
    const error = failure(() => stage.play(submit(stage.scene, submission()), () => created()));
    expect(error).to.include({ code: 'unavailable', message: 'only 1 of the 3 nodes that would hold it are up' });
    expect(error.hint).to.contain('nothing was submitted');
    expect(stage.said).to.deep.equal([]);
    expect(stage.scene.places.tried(JOB), 'another set may do').to.equal(undefined);
  });

  it('should say where it tried when nobody has confirmed it', () => {
    const stage = new Stage(5);
    const error = failure(() => stage.play(submit(stage.scene, submission()), () => undefined));
    const tried = { set: chooseHolders(stage.scene.view, JOB), createdAtMs: 1_007 };
    expect(error.code).to.equal('outcome-unknown');
    expect(error.details).to.deep.equal({ tried });
    expect(stage.nowMs - 1_000).to.be.within(12_000, 16_000);
    expect(stage.scene.places.tried(JOB), 'it remembers, too').to.deep.equal(tried);
  });

  it('should try an id again on the set and with the time that it was told, whatever it would choose', () => {
    const stage = new Stage(5);
    const tried = { set: [4, 3, 2].map(node), createdAtMs: 5 };
    let made: Create | undefined;
    stage.play(submit(stage.scene, submission({ repeat: { tried } })), (question) => {
      if (question.message.kind === 'job.create') made = question.message;
      return unknown(question) ?? created();
    });
    expect(made).to.deep.include({ ...tried, isKeyed: false });
  });

  it('should ask for a key first whether anybody knows it, and have replicas compare their views', () => {
    const stage = new Stage(3);
    let made: Create | undefined;
    stage.play(submit(stage.scene, submission({ isKeyed: true })), (question) => {
      if (question.message.kind === 'job.create') made = question.message;
      return unknown(question) ?? created();
    });
    expect(stage.said.filter((said) => said.startsWith('query.job'))).to.have.length(3);
    expect(made?.isKeyed).to.equal(true);
  });

  it('should answer a key that stands for a job already, without making it', () => {
    const found = { info: { tasks: 1 }, digest: 'd', set: [0, 1, 2].map(node) };
    const known: Flock = () => ({ kind: 'query.job-told', found });
    const stage = new Stage(3);
    const again = stage.play(submit(stage.scene, submission({ isKeyed: true })), known);
    expect(again).to.deep.equal({ job: JOB, tasks: 1, existed: true, replicas: 3, acked: 2, degraded: false });
    const other = submission({ isKeyed: true, digest: 'other' });
    expect(failure(() => new Stage(3).play(submit(stage.scene, other), known)).code).to.equal('conflict');
    expect(stage.said.some((said) => said.startsWith('job.create'))).to.equal(false);
  });

  it('should say how little a survivor without a majority can vouch for', () => {
    const found = { info: { tasks: 1, degraded: true }, digest: 'd', set: [0, 1, 2].map(node), isAlone: true };
    const stage = new Stage(3);
    const again = stage.play(submit(stage.scene, submission({ isKeyed: true })), () => ({
      ...{ kind: 'query.job-told', found },
    }));
    expect(again).to.include({ existed: true, replicas: 3, acked: 1, degraded: true });
  });

  it('should pass on refusals', () => {
    const codeOf = (outcome: string) => {
      const stage = new Stage(3);
      return failure(() => stage.play(submit(stage.scene, submission()), () => created(outcome))).code;
    };
    expect(['conflict', 'busy', 'disagree'].map(codeOf)).to.deep.equal(['conflict', 'busy', 'unavailable']);
  });

  it('should send items to whichever replica is asked, and again where they were lost', () => {
    const stage = new Stage(1);
    const items = ['a', 'b'];
    const range = { first: 0, step: 1, count: 2 };
    let creates = 0;
    stage.play(submit(stage.scene, submission({ items, range })), ({ message }) => {
      if (message.kind === 'job.items') return { kind: 'job.staged' };
      creates += 1;
      return created(creates === 1 ? 'items-missing' : 'created');
    });
    expect(stage.said.filter((said) => !said.startsWith('pause'))).to.deep.equal(
      Array(2).fill(['job.items to n0', 'job.items to n0', 'job.create to n0']).flat(),
    );
  });
});
