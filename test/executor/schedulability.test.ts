import { expect } from 'chai';
import fc from 'fast-check';
import { deadlineMonotonic, fitOn, rateMonotonic, type Stream } from '../../src/executor/schedulability.js';
import type { Work } from '../../src/executor/assignment.js';
import { jobId } from '../../src/kernel/ids.js';
import { offerOf, resources, Rig, workOf } from './support.js';

function streams(...of: readonly (readonly [runtimeMs: number, periodMs: number, deadlineMs?: number])[]): Stream[] {
  return of.map(([runtimeMs, periodMs, deadlineMs = periodMs]) => ({ runtimeMs, periodMs, deadlineMs, cpus: 1 }));
}

/** Burns and Wellings: Real-Time Systems and Programming Languages, chapter on scheduling, task sets A, B, C and the last. */
const OVER = streams([12, 50], [10, 40], [10, 30]);
const UNDER = streams([32, 80], [5, 40], [4, 16]);
const FULL = streams([40, 80], [10, 40], [5, 20]);
const NINETY = streams([3, 7], [3, 12], [5, 20]);

/** Runs one CPU through from the instant at which all are released: interrupted at no cost, by a fixed order. */
function keepsAll(all: readonly Stream[]): boolean {
  const order = all.toSorted((a, b) => a.deadlineMs - b.deadlineMs);
  const jobs: { readonly stream: Stream; left: number; readonly atMs: number }[] = [];
  for (let nowMs = 0; nowMs < 400; nowMs++) {
    for (const stream of order)
      if (nowMs % stream.periodMs === 0) jobs.push({ stream, left: stream.runtimeMs, atMs: nowMs });
    if (jobs.some(({ left, atMs, stream }) => left > 0 && nowMs >= atMs + stream.deadlineMs)) return false;
    const open = jobs.filter(({ left }) => left > 0);
    const next = open.toSorted((a, b) => order.indexOf(a.stream) - order.indexOf(b.stream) || a.atMs - b.atMs)[0];
    if (next) next.left -= 1;
  }
  return true;
}

describe('The utilisation tests of periodic tasks', () => {
  it('should answer as the textbook does', () => {
    const answers = [OVER, UNDER, FULL, NINETY].map((set) => [
      rateMonotonic(set) === undefined,
      deadlineMonotonic(set) === undefined,
    ]);
    expect(answers).to.deep.equal([
      [false, false],
      [true, true],
      [false, true],
      [false, true],
    ]);
    expect(rateMonotonic(OVER)).to.equal(
      'periodic tasks would take 0.823 of a CPU, above the 0.780 that rm is sure of',
    );
    expect(deadlineMonotonic(OVER)).to.equal('a periodic task could end after its deadline of 50 ms');
  });

  it('should find what a run through time finds, by response times exactly', () => {
    const one = fc
      .tuple(fc.integer({ min: 1, max: 8 }), fc.constantFrom(5, 8, 10, 20, 25, 40), fc.nat(10))
      .map(([run, period, less]) => [run, period, Math.max(1, period - less)] as const);
    let refused = 0;
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 4 }), (of) => {
        const set = streams(...of);
        const isKept = keepsAll(set);
        if (!isKept) refused += 1;
        expect(deadlineMonotonic(set) === undefined).to.equal(isKept);
        if (rateMonotonic(streams(...of.map(([run, period]) => [run, period] as const))) === undefined) {
          expect(keepsAll(streams(...of.map(([run, period]) => [run, period] as const)))).to.equal(true);
        }
      }),
      { numRuns: 300 },
    );
    expect(refused).to.be.within(20, 280);
  });

  it('should deal them to CPUs, wide ones to several', () => {
    const half = streams([5, 10], [5, 10], [5, 10]);
    expect(fitOn(1, half, rateMonotonic)).to.match(/^periodic tasks would take 1.000 of a CPU/);
    expect(fitOn(3, half, rateMonotonic)).to.equal(undefined);
    const wide = half.map((stream) => ({ ...stream, cpus: 2 }));
    expect(fitOn(3, wide, rateMonotonic)).to.match(/^periodic/);
    expect(fitOn(6, wide, rateMonotonic)).to.equal(undefined);
    expect(fitOn(0.5, half, rateMonotonic)).to.equal('it has too few CPUs');
  });
});

describe('An executor whose queue is of periodic tasks', () => {
  const offer = (rig: Rig, name: string, periodMs: number, runtimeMs: number, more: Partial<Work> = {}) => {
    const work = workOf({ name, periodMs, runtimeMs, ...more });
    return rig.offer(offerOf([{ index: 0 }], { work, job: jobId(`job${name}${rig.monoMs}`) }));
  };

  it('should take what it keeps up with, refuse what it does not and say why, and forget what has ended', () => {
    const rig = new Rig(resources(1), { discipline: 'rm' });
    expect(offer(rig, 'a', 1_000, 400).accepted).to.deep.equal([0]);
    expect(offer(rig, 'b', 2_000, 800).accepted).to.deep.equal([0]);
    expect(offer(rig, 'c', 5_000, 500)).to.deep.equal({
      accepted: [],
      reason: 'periodic tasks would take 0.900 of a CPU, above the 0.780 that rm is sure of',
    });
    rig.monoMs += 1_000;
    expect(offer(rig, 'a', 1_000, 400).accepted, 'the next of a stream').to.deep.equal([0]);
    rig.monoMs += 6_000;
    expect(offer(rig, 'c', 5_000, 500).accepted).to.deep.equal([0]);
  });

  it('should go by response times under dm, and by nothing under fifo', () => {
    for (const [discipline, accepted] of [
      ['rm', 2],
      ['dm', 3],
      ['fifo', 4],
    ] as const) {
      const rig = new Rig(resources(1), { discipline });
      const sets = [
        [3, 7],
        [3, 12],
        [5, 20],
        [5, 20],
      ];
      const answers = sets.map(([run, period], i) => offer(rig, `task${i}`, period! * 1_000, run! * 1_000));
      expect(answers.filter((answer) => answer.accepted.length > 0)).to.have.length(accepted);
    }
  });

  it('should start the shortest period first, and what has none last', () => {
    const rig = new Rig(resources(1), { discipline: 'rm' });
    rig.give(9);
    const jobs = [undefined, 4_000, 1_000].map((periodMs, index) => {
      const job = jobId(`job${index}`);
      const periodic = periodMs === undefined ? {} : { periodMs, runtimeMs: 1 };
      rig.offer(offerOf([{ index }], { job, work: workOf({ name: `n${index}`, ...periodic }) }));
      return job;
    });
    rig.end(9);
    const order = jobs.map(() => {
      const [index] = rig.started as [number];
      rig.end(index, {}, 1, jobs[index]);
      return index;
    });
    expect(order).to.deep.equal([2, 1, 0]);
  });
});
