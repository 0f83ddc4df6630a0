import { expect } from 'chai';
import { runCentral } from '../../../simnet/baselines/central.js';
import { runSparrow } from '../../../simnet/baselines/sparrow.js';
import { erlangWaitMs, markovian, meanOf, nodesOf, toleranceMs, waitsOf } from './support.js';

const NODES = 20;

describe('batch sampling with late binding', () => {
  it('should start every task when one queue would, once it probes all nodes at no latency', () => {
    const tasks = markovian(5, 5_000, (0.85 * NODES) / 30, 30);
    const sampled = runSparrow(tasks, nodesOf(NODES), { seed: 1, latencyMs: 0, probes: NODES });
    expect([...sampled.startMs]).to.deep.equal([...runCentral(tasks, nodesOf(NODES)).startMs]);
  });

  it('should be as many lone servers as there are nodes, once it probes one at no latency', () => {
    const count = 100_000;
    const tasks = markovian(6, count, (0.6 * NODES) / 30, 30);
    const run = runSparrow(tasks, nodesOf(NODES), { seed: 2, latencyMs: 0, probes: 1 });
    const ofOne = toleranceMs(1, 0.6, 30, count);
    expect(meanOf(waitsOf(tasks, run))).to.be.closeTo(erlangWaitMs(1, 0.6 / 30, 30), ofOne);
  });

  it('should lie between the lone servers and the one queue with two probes', () => {
    const tasks = markovian(7, 30_000, (0.8 * NODES) / 30, 30);
    const wait = (probes: number): number =>
      meanOf(waitsOf(tasks, runSparrow(tasks, nodesOf(NODES), { seed: 3, latencyMs: 0, probes })));
    const ideal = meanOf(waitsOf(tasks, runCentral(tasks, nodesOf(NODES))));
    expect(wait(2)).to.be.within(ideal, wait(1) / 2);
  });

  it('should take a probe, a question and an answer on an idle flock', () => {
    const tasks = [{ atMs: 100, durationMs: 50, cpus: 1 }];
    const run = runSparrow(tasks, nodesOf(3), { seed: 4, latencyMs: 7 });
    expect([run.startMs[0], run.endMs[0]]).to.deep.equal([121, 171]);
    expect(run.messages).to.deep.equal({ probe: 2, ask: 2, launch: 1, noTask: 1 });
  });

  it('should place a job of more tasks than there are nodes, each exactly once', () => {
    const tasks = Array.from({ length: 1_000 }, () => ({ atMs: 0, durationMs: 10, cpus: 1 }));
    const run = runSparrow(tasks, nodesOf(8, 4), { seed: 5, latencyMs: 1 });
    expect([...run.endMs].every((ms) => ms > 0)).to.equal(true);
    expect(run.messages).to.deep.equal({ probe: 2_000, ask: 2_000, launch: 1_000, noTask: 1_000 });
  });

  it('should probe only nodes that are large enough', () => {
    const nodes = [...nodesOf(6, 1), { slots: 4, speed: 2 }];
    const tasks = Array.from({ length: 40 }, (_, i) => ({ atMs: i, durationMs: 10, cpus: 3 }));
    const run = runSparrow([...tasks, { atMs: 1, durationMs: 1, cpus: 9 }], nodes, { seed: 6, latencyMs: 1 });
    expect([...run.node]).to.deep.equal([...tasks.map(() => 6), -1]);
  });

  it('should never put more on a node than it has', () => {
    const tasks = markovian(8, 2_000, 0.9, 30).map((task, i) => ({ ...task, cpus: 1 + (i % 3) }));
    const run = runSparrow(tasks, nodesOf(10, 4), { seed: 7, latencyMs: 2 });
    for (let index = 0; index < 10; index++) {
      const changes = tasks
        .flatMap(({ cpus }, i) =>
          run.node[i] === index
            ? ([
                [run.startMs[i]!, cpus],
                [run.endMs[i]!, -cpus],
              ] as const)
            : [],
        )
        .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      let used = 0;
      for (const [, cpus] of changes) expect((used += cpus)).to.be.at.most(4);
    }
  });

  it('should do the same again from the same seed, and other than from another', () => {
    const tasks = markovian(9, 500, 0.5, 30);
    const starts = (seed: number) => [...runSparrow(tasks, nodesOf(NODES), { seed, latencyMs: 1 }).node];
    expect(starts(1)).to.deep.equal(starts(1));
    expect(starts(1)).not.to.deep.equal(starts(2));
  });

  it('should refuse fewer probes than tasks', () => {
    expect(() => runSparrow([], [], { seed: 1, latencyMs: 0, probes: 0.5 })).to.throw('0.5 probes a task');
  });
});
