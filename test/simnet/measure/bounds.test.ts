import { expect } from 'chai';
import { balanceOf } from '../../../simnet/measure/balance.js';
import { makespanOf } from '../../../simnet/measure/makespan.js';
import { boundedSlowdown } from '../../../simnet/measure/slowdown.js';

const nodes = [
  { slots: 2, speed: 1 },
  { slots: 1, speed: 2 },
];

describe('the makespan and its lower bound', () => {
  const task = (atMs: number, durationMs: number, cpus = 1) => ({ atMs, durationMs, cpus });

  it('should be bound by all work on all slots, the faster ones counted for more', () => {
    const tasks = [task(100, 40), task(100, 40), task(100, 40, 2)];
    expect(makespanOf(tasks, nodes, 180)).to.deep.equal({ ms: 80, lowerBoundMs: 40, ratio: 2 });
  });

  it('should be bound by the longest task on the fastest node', () => {
    expect(makespanOf([task(0, 200), task(0, 2)], nodes, 150)).to.deep.equal({
      ms: 150,
      lowerBoundMs: 100,
      ratio: 1.5,
    });
  });

  it('should be bound by the last arrival and its run time', () => {
    const { lowerBoundMs } = makespanOf([task(50, 2), task(1_000, 20)], nodes, 1_000);
    expect(lowerBoundMs).to.equal(960);
  });

  it('should be nothing without tasks', () => {
    expect(makespanOf([], nodes, 0)).to.deep.equal({ ms: 0, lowerBoundMs: 0, ratio: 1 });
  });
});

describe('balance', () => {
  it('should be perfect where every slot was busy for as long, however many a node has', () => {
    const { maxOverAverage, jain, busyMsPerNode } = balanceOf([
      { tasks: 4, busyMs: 400, slots: 4 },
      { tasks: 1, busyMs: 100, slots: 1 },
    ]);
    expect([maxOverAverage, jain]).to.deep.equal([1, 1]);
    expect(busyMsPerNode).to.deep.equal([400, 100]);
  });

  it('should be 1/n by Jain, and n times the average, where one node does it all', () => {
    const idle = { tasks: 0, busyMs: 0, slots: 2 };
    const { maxOverAverage, jain } = balanceOf([{ tasks: 9, busyMs: 90, slots: 2 }, idle, idle, idle]);
    expect([maxOverAverage, jain]).to.deep.equal([4, 0.25]);
  });

  it('should be perfect where nobody did anything', () => {
    const { maxOverAverage, jain } = balanceOf([{ tasks: 0, busyMs: 0, slots: 2 }]);
    expect([maxOverAverage, jain]).to.deep.equal([1, 1]);
  });
});

describe('bounded slowdown', () => {
  it('should be response over run time', () => expect(boundedSlowdown(300, 100)).to.equal(3));
  it('should take a task of a millisecond for one of ten', () => expect(boundedSlowdown(50, 1)).to.equal(5));
  it('should not be below 1', () => expect(boundedSlowdown(2, 1)).to.equal(1));
});
