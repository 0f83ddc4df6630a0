import { expect } from 'chai';
import { BASELINES, runBaseline } from '../../../simnet/baselines/result.js';
import { markovian, nodesOf } from './support.js';

const OPTIONS = { scenario: 'steady', seed: 1, latencyMs: 1 };

describe('the result of a baseline', () => {
  for (const which of BASELINES) {
    describe(which, () => {
      const tasks = markovian(4, 4_000, 0.5, 30);
      const result = runBaseline(which, tasks, nodesOf(10, 2), OPTIONS);
      const { series } = result;

      it('should say what it is', () => {
        const { policy, transport, nodes, slots, seed, scenario } = result;
        expect({ policy, transport, nodes, slots, seed, scenario }).to.deep.equal({
          policy: which,
          transport: 'model',
          nodes: 10,
          slots: 20,
          seed: 1,
          scenario: 'steady',
        });
      });

      it('should have run every task, and all of its work', () => {
        expect(result.tasks.succeeded).to.equal(4_000);
        const work = tasks.reduce((sum, t) => sum + t.durationMs, 0);
        expect(result.balance.busyMsPerNode.reduce((a, b) => a + b, 0)).to.be.closeTo(work, 1e-6 * work);
        expect(result.balance.tasksPerNode.reduce((a, b) => a + b, 0)).to.equal(4_000);
      });

      it('should have series of one length, at equal steps, from nothing to everything', () => {
        const { queuedByGroup, ...rows } = series;
        for (const row of [...Object.values(rows), ...queuedByGroup]) expect(row).to.have.length(series.atMs.length);
        const step = series.atMs[1]!;
        series.atMs.forEach((ms, i) => expect(ms).to.be.closeTo(i * step, 1e-6));
        expect([series.arrived.at(-1), series.finished.at(-1), series.running.at(-1)]).to.deep.equal([4_000, 4_000, 0]);
      });

      it('should count every task as waiting, running or finished once it has arrived', () => {
        series.arrived.forEach((arrived, i) =>
          expect(series.queued[i]! + series.running[i]! + series.finished[i]!).to.equal(arrived),
        );
      });

      it('should have used the slots for as long as the work took', () => {
        const used = series.utilisation.reduce((a, b) => a + b, 0) * series.atMs[1]! * 20;
        const work = tasks.reduce((sum, t) => sum + t.durationMs, 0);
        expect(used / work).to.be.closeTo(1, 0.02);
      });

      it('should not be better than the lower bound, nor respond sooner than it runs', () => {
        expect(result.makespan.ratio).to.be.at.least(1);
        expect(result.responseMs.mean).to.be.closeTo(result.waitMs.mean + 30, 2);
        expect(result.slowdown.p50).to.be.at.least(1);
      });
    });
  }

  it('should show the queues of nodes where nodes have queues', () => {
    const tasks = markovian(4, 500, 0.9, 30);
    const [central, sparrow] = BASELINES.map((which) => runBaseline(which, tasks, nodesOf(10, 2), OPTIONS).series);
    expect(central!.queuedByGroup).to.deep.equal([]);
    expect(sparrow!.queuedByGroup).to.have.length(10);
    const total = (i: number) => sparrow!.queuedByGroup.reduce((sum, row) => sum + row[i]!, 0);
    sparrow!.queued.forEach((queued, i) => expect(total(i)).to.equal(queued));
    expect(Math.max(...sparrow!.queuedMaxOfANode)).to.be.greaterThan(0);
  });

  it('should accept what fits no node and never run it', () => {
    const tasks = [
      { atMs: 0, durationMs: 10, cpus: 1 },
      { atMs: 1, durationMs: 10, cpus: 8 },
    ];
    const { tasks: counts, makespan } = runBaseline('central', tasks, nodesOf(2, 2), OPTIONS);
    expect(counts).to.include({ submitted: 2, accepted: 2, succeeded: 1 });
    expect(makespan.ms).to.equal(10);
  });

  it('should stand a trace without tasks', () => {
    expect(runBaseline('sparrow', [], nodesOf(2), OPTIONS).tasks.submitted).to.equal(0);
  });
});
