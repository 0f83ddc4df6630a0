import { expect } from 'chai';
import { explanation, jobView, nodeView, taskDetail, taskView } from '../../src/api/views.js';
import type { JobId, NodeId } from '../../src/kernel/ids.js';
import { noCounts } from '../../src/kernel/states.js';
import type { NodeInfo, OneTask } from '../../src/node/core/gateway/requests.js';
import type { Candidate, Filtered } from '../../src/placement/explain.js';
import type { JobInfo, TaskInfo } from '../../src/tasks/queries.js';

const NODE = 'node-00000001' as NodeId;
const OTHER = 'node-00000002' as NodeId;
const AT = Date.UTC(2026, 10, 1);
const JOB: JobInfo = {
  ...{ job: 'job0' as JobId, name: 'j', state: 'running', tasks: 1 },
  ...{ counts: { ...noCounts(), running: 1 }, createdAtMs: AT },
};
const PENDING: TaskInfo = { index: 3, state: 'pending', epoch: 0, attempts: 0 };
const NOTHING = new Uint8Array(0);
const MORE = {
  stdoutTail: NOTHING,
  stderrTail: NOTHING,
  stdoutBytes: 0,
  stderrBytes: 0,
  path: [],
  key: 'k',
  waiting: 2,
};
const PLACE = { coordinator: NODE, registered: { register: 'job0#1', set: [NODE] }, shard: 1 };
const candidate = (node: NodeId, out?: string): Candidate => ({
  node,
  order: 0,
  load: 0,
  bound: 1,
  free: 1,
  speed: 1,
  ...(out === undefined ? {} : { out }),
});

describe('views', () => {
  it('should show times as ISO 8601 in UTC, and null where there is none', () => {
    expect(jobView(JOB)).to.include({ submittedAt: '2026-11-01T00:00:00.000Z', finishedAt: null });
    expect(jobView({ ...JOB, finishedAtMs: AT + 1 }).finishedAt).to.equal('2026-11-01T00:00:00.001Z');
  });

  it('should show a task that never started with nulls', () => {
    const view = taskView(JOB, PENDING);
    expect(view).to.include({ id: 'job0/3', index: 3, state: 'pending', attempts: 0 });
    const { executor, epoch, exitCode, signal, reason, startedAt, finishedAt, stdoutBytes, stderrBytes } = view;
    const nulls = [executor, epoch, exitCode, signal, reason, startedAt, finishedAt, stdoutBytes, stderrBytes];
    expect(nulls).to.deep.equal(nulls.map(() => null));
  });

  it('should show what a task took, as far as that is known', () => {
    const seen = (usage: NonNullable<TaskInfo['usage']>) => taskView(JOB, { ...PENDING, state: 'failed', usage });
    expect(seen({ cpuMs: 0, peakBytes: 4096 })).to.include({ cpuMs: 0, peakBytes: 4096 });
    expect(seen({ cpuMs: 20 })).to.include({ cpuMs: 20, peakBytes: null });
    expect(taskView(JOB, PENDING)).to.include({ cpuMs: null, peakBytes: null });
  });

  it('should say why a job was cut short, of its tasks of those that were', () => {
    const job: JobInfo = { ...JOB, state: 'failed', reason: 'more than 1 of its tasks did not succeed' };
    expect(jobView(job).reason).to.equal(job.reason);
    const reasonOf = (state: TaskInfo['state']) => taskView(job, { ...PENDING, state }).reason;
    expect((['failed', 'cancelled', 'expired'] as const).map(reasonOf)).to.deep.equal([null, job.reason, job.reason]);
  });

  it('should name the signal of a status over 128, as shells do', () => {
    const signal = (exitCode: number) => taskView(JOB, { ...PENDING, state: 'failed', exitCode }).signal;
    expect([0, 128, 137, 143, 255].map(signal)).to.deep.equal([null, null, 'SIGKILL', 'SIGTERM', null]);
    expect(taskView(JOB, { ...PENDING, state: 'succeeded', exitCode: 0 }).exitCode).to.equal(0);
  });

  it('should show the last output of a task in base64', () => {
    const more = { ...MORE, stdoutTail: Uint8Array.of(0, 255), stdoutBytes: 9 };
    const detail = taskDetail({ job: JOB, task: PENDING, more, ...PLACE });
    expect(detail).to.include({ stdoutTail: 'AP8=', stderrTail: '', stdoutBytes: 9, stderrBytes: 0 });
  });

  it('should explain in a sentence', () => {
    const summary = (task: Partial<TaskInfo>, candidates: Candidate[], path: OneTask['more']['path'] = []) => {
      const one = { job: JOB, task: { ...PENDING, ...task }, more: { ...MORE, path }, ...PLACE };
      return explanation({ ...one, candidates, filtered: [] }).summary;
    };
    const free = [candidate(NODE), candidate(OTHER)];
    expect(summary({}, [candidate(NODE, 'draining')])).to.equal('It waits: no node can take it now.');
    expect(summary({}, free)).to.equal('It waits at its coordinator with 2 others for a node with room.');
    expect(summary({ state: 'queued', executor: NODE }, free)).to.equal('It waits in the queue of 00000001.');
    const queue = { discipline: 'sjf' as const, position: 3, queued: 10 };
    const queued = { ...PENDING, state: 'queued' as const, executor: NODE };
    const placed = explanation({ job: JOB, task: queued, more: MORE, ...PLACE, candidates: [], filtered: [], queue });
    expect([placed.summary, placed.queue]).to.deep.equal([
      'It waits in the queue of 00000001, number 3 of 10 by sjf.',
      queue,
    ]);
    const way = [
      { node: OTHER, what: 'refused' as const },
      { node: OTHER, what: 'refused' as const },
      { node: OTHER, what: 'lost' as const },
    ];
    expect(summary({ state: 'running', executor: NODE }, free, way)).to.equal(
      'It runs on 00000001, after it was refused 2 times, lost once.',
    );
    expect(summary({ state: 'failed', executor: NODE, reason: 'exit code 3' }, free)).to.equal(
      'It ran on 00000001, the first on the ring for its key, and is failed: exit code 3.',
    );
    expect(summary({ state: 'succeeded', executor: OTHER }, free)).to.equal('It ran on 00000002, and is succeeded.');
    expect(summary({ state: 'cancelled' }, free)).to.equal('It never ran, and is cancelled.');
  });

  it('should say what the scores of the candidates are, where they have some', () => {
    const measure = { what: 'tasks for each CPU', best: 'least' as const, among: 'drawn' as const };
    const one = { job: JOB, task: PENDING, more: MORE, ...PLACE, filtered: [] };
    const candidates = [{ ...candidate(NODE), score: 0.5 }];
    const scored = { policy: 'two-choices' as const, measure, scores: [{ node: NODE, score: 0.5 }] };
    const told = explanation({ ...one, candidates, scored });
    expect(told.scored).to.deep.equal({ policy: 'two-choices', ...measure });
    expect(told.candidates[0]).to.include({ score: 0.5 });
    expect(explanation({ ...one, candidates: [], scored: { policy: 'random', scores: [] } }).scored).to.equal(null);
    expect(explanation({ ...one, candidates: [candidate(NODE)] })).to.include({ scored: null });
  });

  it('should explain that no node has what containers run in', () => {
    const summary = (...filtered: Filtered[]) => {
      const candidates = [candidate(NODE, 'no podman or docker')];
      return explanation({ job: JOB, task: PENDING, more: MORE, ...PLACE, candidates, filtered }).summary;
    };
    const lacks = { nodes: 2, out: 'no podman or docker' };
    expect(summary(lacks, { nodes: 1, out: 'dead' })).to.equal('It waits: no node has podman or docker.');
    expect(summary(lacks, { nodes: 1, out: 'draining' })).to.equal('It waits: no node can take it now.');
  });

  it('should explain what keeps it from being recorded, and what that means', () => {
    const summary = (more: Partial<OneTask['more']>) => {
      const task = { ...PENDING, state: 'queued' as const, executor: NODE };
      return explanation({ job: JOB, task, more: { ...MORE, ...more }, ...PLACE, candidates: [], filtered: [] })
        .summary;
    };
    const hindrance = 'only 1 of its 3 replicas is up, which is no majority';
    const queued = 'It waits in the queue of 00000001.';
    expect(summary({ isAtMostOnce: true })).to.equal(queued);
    expect(summary({ hindrance })).to.equal(`${queued} An end of it cannot be recorded now: ${hindrance}.`);
    expect(summary({ hindrance, isAtMostOnce: true })).to.match(
      new RegExp(`^${queued} It runs at most once: an attempt starts only when a majority .*: ${hindrance}\\.$`),
    );
    const waits = `${queued} What became of it waits to be recorded`;
    expect(summary({ hindrance, isCommitting: true })).to.equal(`${waits}: ${hindrance}.`);
    expect(summary({ isCommitting: true })).to.match(new RegExp(`^${waits}: a majority of its replicas has yet to `));
  });

  it('should show a node of which nothing is known yet', () => {
    const capacity = { cpus: 4, memBytes: 1, gpus: 0, custom: {} };
    const profile = { addresses: ['/ip4/127.0.0.1/tcp/1'], capacity, labels: {}, zone: 'z', speed: 1, version: '1' };
    const member = { id: NODE, state: 'suspect', boot: 2, draining: true, profile };
    const info = { member, load: undefined, rttMs: undefined } as unknown as NodeInfo;
    expect(nodeView(info, OTHER)).to.deep.equal({
      ...{ id: NODE, state: 'suspect', boot: 2, draining: true, self: false, addresses: profile.addresses },
      ...{
        version: '1',
        cpus: 4,
        load: null,
        speed: 1,
        resources: capacity,
        labels: {},
        zone: 'z',
        discipline: 'fifo',
        rttMs: null,
      },
    });
    expect(nodeView(info, NODE).self).to.equal(true);
  });
});
