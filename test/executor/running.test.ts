import { expect } from 'chai';
import { taskId } from '../../src/kernel/ids.js';
import { HOME, JOB, offerOf, resources, Rig, SELF, workOf } from './support.js';

describe('An executor that runs tasks', () => {
  it('should start a task that fits at once, and tell its coordinator', () => {
    const rig = new Rig(resources(2));
    rig.offer(offerOf([{ index: 3, epoch: 9, attempt: 2 }], { work: workOf({ timeoutMs: 60_000 }) }));
    const env = {
      ...{ COVEY_TASK: `${JOB}/3`, COVEY_JOB: JOB, COVEY_INDEX: '3', COVEY_EPOCH: '9', COVEY_ATTEMPT: '2' },
      ...{ COVEY_NODE: SELF, COVEY_ITEM: '3' },
    };
    expect(rig.effects).to.deep.equal([
      {
        kind: 'start',
        attempt: { task: taskId(JOB, 3), epoch: 9 },
        command: {
          kind: 'command',
          argv: ['true'],
          shell: false,
          cwd: undefined,
          stdin: undefined,
          files: undefined,
          notice: undefined,
          env,
        },
      },
      { kind: 'started', to: HOME, job: JOB, shard: 0, tasks: [{ index: 3, epoch: 9 }], atMs: rig.now.wallMs },
      { kind: 'arm', timer: { owner: 'executor', name: `timeout ${JOB}/3`, serial: 1 }, afterMs: 60_000 },
    ]);
    expect(rig.executor.free).to.deep.equal(resources(1));
  });

  it('should start tasks in the order in which they came', () => {
    const rig = new Rig(resources(1));
    expect(rig.give(5, 2, 9, 1).accepted).to.deep.equal([5, 2, 9, 1]);
    expect(rig.started).to.deep.equal([5]);
    for (const [ends, starts] of [
      [5, 2],
      [2, 9],
      [9, 1],
    ] as const) {
      rig.end(ends);
      expect(rig.started).to.deep.equal([starts]);
    }
  });

  it('should let no small task pass a large one at the head', () => {
    const rig = new Rig(resources(4));
    rig.give(0, 1);
    rig.offer(offerOf([{ index: 2 }], { work: workOf({ needs: resources(4) }) }));
    rig.give(3);
    expect([rig.executor.running, rig.executor.queued]).to.deep.equal([2, 2]);
    rig.end(0);
    expect(rig.started).to.deep.equal([]);
    rig.end(1);
    expect(rig.started).to.deep.equal([2]);
    rig.end(2);
    expect(rig.started).to.deep.equal([3]);
  });

  it('should run ten tasks of a tenth of a CPU beside each other on one CPU, round after round', () => {
    const rig = new Rig(resources(1));
    const work = workOf({ needs: resources(0.1) });
    for (let round = 0; round < 20; round++) {
      const tasks = Array.from({ length: 10 }, (_, i) => ({ index: 10 * round + i }));
      rig.offer(offerOf(tasks, { work }));
      expect(rig.executor.running, `round ${round}`).to.equal(10);
      for (const { index } of tasks) rig.end(index);
    }
    // It stays, so that what is free is reckoned on and on and never simply reset.
    rig.offer(offerOf([{ index: 900 }], { work }));
    for (let i = 0; i < 500; i++) {
      rig.offer(offerOf([{ index: 901 + i }], { work: workOf({ needs: resources(0.3) }) }));
      rig.end(901 + i);
    }
    expect(rig.executor.free.cpus).to.equal(0.9);
    rig.end(900);
    expect(rig.executor.free).to.deep.equal(resources(1));
  });

  it('should run tasks that need no CPU at all, as many as the runner has slots for', () => {
    const rig = new Rig(resources(1), { runningMax: 3 });
    rig.give(0);
    rig.offer(
      offerOf(
        [1, 2, 3].map((index) => ({ index })),
        { work: workOf({ needs: resources(0) }) },
      ),
    );
    expect([rig.executor.running, rig.executor.queued]).to.deep.equal([3, 1]);
    rig.end(1);
    expect(rig.started).to.deep.equal([3]);
  });

  it('should count memory, GPUs and resources of any name like CPUs', () => {
    const rig = new Rig(resources(8, { memBytes: 2 ** 34, gpus: 1, custom: { licence: 2 } }));
    const needs = resources(1, { memBytes: 2 ** 33, gpus: 0.5, custom: { licence: 2 } });
    rig.offer(offerOf([{ index: 0 }, { index: 1 }], { work: workOf({ needs }) }));
    expect(rig.started).to.deep.equal([0]);
    expect(rig.executor.free).to.deep.equal(resources(7, { memBytes: 2 ** 33, gpus: 0.5, custom: { licence: 0 } }));
    rig.end(0);
    expect(rig.started).to.deep.equal([1]);
    rig.end(1);
    expect(rig.executor.free).to.deep.equal(resources(8, { memBytes: 2 ** 34, gpus: 1, custom: { licence: 2 } }));
  });

  it('should expect of new tasks what earlier ones of their name took, and of nothing no work', () => {
    const rig = new Rig(resources(1));
    rig.give(0);
    rig.monoMs += 800;
    rig.end(0);
    expect(rig.executor.workMs).to.equal(0);
    rig.give(1, 2, 3);
    rig.offer(offerOf([{ index: 4 }], { work: workOf({ name: 'other' }) }));
    expect(rig.executor.workMs).to.equal(2_400);
    rig.giveTo(2);
    expect(rig.executor.workMs).to.equal(1_600);
    for (const index of [1, 2]) rig.end(index);
    expect([rig.executor.running, rig.executor.workMs]).to.deep.equal([0, 0]);
  });

  it('should not learn durations from attempts that it ended or that never ran', () => {
    const rig = new Rig(resources(1));
    rig.give(0);
    rig.revoke({ index: 0, epoch: 1 });
    rig.monoMs += 5_000;
    rig.end(0, { exitCode: 143 });
    rig.give(1);
    rig.monoMs += 5_000;
    rig.end(1, { exitCode: undefined, failure: 'no such directory' });
    rig.give(2);
    expect(rig.executor.workMs).to.equal(0);
  });

  it('should be idle only once every result is recorded', () => {
    const rig = new Rig(resources(1));
    expect(rig.executor.isIdle).to.equal(true);
    rig.give(0);
    expect(rig.executor.isIdle).to.equal(false);
    rig.end(0);
    expect(rig.results).to.deep.equal(['0: succeeded']);
    expect(rig.executor.isIdle).to.equal(false);
    rig.record(0, 2);
    rig.record(1);
    expect(rig.executor.isIdle, 'another attempt was recorded').to.equal(false);
    rig.record(0);
    expect(rig.executor.isIdle).to.equal(true);
  });

  it('should ignore ends of what does not run, and the second end of what ran', () => {
    const rig = new Rig(resources(2));
    rig.give(0, 1);
    expect(rig.end(7)).to.deep.equal([]);
    expect(rig.end(0, {}, 2)).to.deep.equal([]);
    rig.end(0);
    expect(rig.end(0)).to.deep.equal([]);
    expect(rig.executor.free.cpus).to.equal(1);
  });
});
