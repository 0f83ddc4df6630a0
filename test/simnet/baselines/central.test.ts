import { expect } from 'chai';
import fc from 'fast-check';
import { runCentral } from '../../../simnet/baselines/central.js';
import type { ModelNode, ModelTask } from '../../../simnet/baselines/model.js';
import { erlangWaitMs, markovian, meanOf, nodesOf, toleranceMs, waitsOf } from './support.js';

const task = fc.record({
  atMs: fc.nat(40),
  durationMs: fc.integer({ min: 1, max: 30 }),
  cpus: fc.integer({ min: 1, max: 3 }),
});
const node = fc.record({ slots: fc.integer({ min: 1, max: 4 }), speed: fc.constantFrom(0.5, 1, 2) });
const story = fc.tuple(fc.array(task, { maxLength: 40 }), fc.array(node, { minLength: 1, maxLength: 5 }));

/** CPUs in use on a node just after an instant. */
function usedAt(tasks: readonly ModelTask[], run: ReturnType<typeof runCentral>, index: number, atMs: number): number {
  return tasks.reduce(
    (sum, { cpus }, i) => sum + (run.node[i] === index && run.startMs[i]! <= atMs && atMs < run.endMs[i]! ? cpus : 0),
    0,
  );
}

/** Every instant at which anything changes. */
function instants(tasks: readonly ModelTask[], run: ReturnType<typeof runCentral>): number[] {
  return [...tasks.map((t) => t.atMs), ...run.startMs, ...run.endMs].filter((ms) => !Number.isNaN(ms));
}

describe('the omniscient central queue', () => {
  for (const [nodes, slots, load] of [
    [1, 1, 0.6],
    [4, 1, 0.8],
    [2, 8, 0.9],
  ] as const) {
    it(`should make tasks wait as Erlang's C says: ${nodes} nodes of ${slots} slots at a load of ${load}`, () => {
      const servers = nodes * slots;
      const count = 100_000;
      const rate = (load * servers) / 20;
      const tasks = markovian(11, count, rate, 20);
      const mean = meanOf(waitsOf(tasks, runCentral(tasks, nodesOf(nodes, slots))));
      expect(mean).to.be.closeTo(erlangWaitMs(servers, rate, 20), toleranceMs(servers, load, 20, count));
    });
  }

  it('should serve as one server does by Lindley: from the later of the arrival and the end before it', () => {
    const tasks = markovian(3, 2_000, 0.05, 18);
    const run = runCentral(tasks, nodesOf(1));
    let freeMs = 0;
    tasks.forEach(({ atMs, durationMs }, i) => {
      expect(run.startMs[i]).to.equal(Math.max(atMs, freeMs));
      freeMs = run.startMs[i]! + durationMs;
      expect(run.endMs[i]).to.equal(freeMs);
    });
  });

  it('should never put more on a node than it has', () => {
    fc.assert(
      fc.property(story, ([tasks, nodes]) => {
        const run = runCentral(tasks, nodes);
        for (const ms of instants(tasks, run)) {
          nodes.forEach(({ slots }, i) => expect(usedAt(tasks, run, i, ms)).to.be.at.most(slots));
        }
      }),
    );
  });

  it('should leave no task waiting while a node has room for it', () => {
    fc.assert(
      fc.property(story, ([tasks, nodes]) => {
        const run = runCentral(tasks, nodes);
        for (const ms of instants(tasks, run)) {
          const room = Math.max(...nodes.map(({ slots }, i) => slots - usedAt(tasks, run, i, ms)));
          tasks.forEach(({ atMs, cpus }, i) => {
            if (atMs <= ms && ms < run.startMs[i]!) expect(cpus).to.be.greaterThan(room);
          });
        }
      }),
    );
  });

  it('should run alike tasks in the order of their arrival', () => {
    fc.assert(
      fc.property(story, ([tasks, nodes]) => {
        const run = runCentral(tasks, nodes);
        tasks.forEach((a, i) =>
          tasks.forEach((b, j) => {
            if (a.cpus === b.cpus && a.atMs < b.atMs && run.node[i]! >= 0) {
              expect(run.startMs[i]).to.be.at.most(run.startMs[j]!);
            }
          }),
        );
      }),
    );
  });

  it('should prefer the fast node, run tasks there in proportion, and spread over those that are alike', () => {
    const nodes: ModelNode[] = [
      { slots: 1, speed: 1 },
      { slots: 1, speed: 4 },
      { slots: 1, speed: 1 },
    ];
    const run = runCentral(
      [0, 0, 0].map((atMs) => ({ atMs, durationMs: 100, cpus: 1 })),
      nodes,
    );
    expect([run.node[0], run.endMs[0]]).to.deep.equal([1, 25]);
    expect([run.node[1], run.node[2]]).to.have.members([0, 2]);
    expect(run.endMs[2]).to.equal(100);
  });

  it('should never run what is larger than any node', () => {
    const run = runCentral([{ atMs: 5, durationMs: 10, cpus: 3 }], nodesOf(4, 2));
    expect(run.node[0]).to.equal(-1);
    expect(run.startMs[0]).to.be.NaN;
  });
});
