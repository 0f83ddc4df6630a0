import { expect } from 'chai';
import type { NodeEvent } from '../../../src/node/core/events.js';
import { Flock } from '../../../simnet/world/flock.js';
import { Trace } from '../../../simnet/world/trace.js';

const START: NodeEvent = { kind: 'start' };
const LEAVE: NodeEvent = { kind: 'leave' };

function hashOf(...events: [node: number, event: NodeEvent, nowMs: number][]): string {
  const trace = new Trace();
  for (const event of events) trace.note(...event);
  expect(trace.events).to.equal(events.length);
  return trace.hash;
}

describe('a trace', () => {
  it('should tell apart who, what, when and in which order', () => {
    const hashes = [
      hashOf(),
      hashOf([0, START, 0]),
      hashOf([1, START, 0]),
      hashOf([0, LEAVE, 0]),
      hashOf([0, START, 0.001]),
      hashOf([0, START, 5_000_000]),
      hashOf([0, START, 1], [1, LEAVE, 2]),
      hashOf([1, LEAVE, 1], [0, START, 2]),
    ];
    for (const hash of hashes) expect(hash).to.match(/^[0-9a-f]{16}$/);
    expect(new Set(hashes).size).to.equal(hashes.length);
  });

  it('should not mind the last bits of a time', () => {
    expect(hashOf([3, START, 1234.0001])).to.equal(hashOf([3, START, 1234.0001 + 1e-12]));
  });

  it('should be the same on every engine', () => {
    expect(hashOf([0, START, 1.5], [7, LEAVE, 2_000], [2, START, 4_294_968.5])).to.equal('3189375ce981aa8f');
  });
});

describe('the story of a flock', () => {
  /** Something of everything: losses, a crash in the dark, a job that fails first. */
  function story(seed: number): Flock {
    const flock = Flock.formed(5, { seed, loss: 0.02 });
    flock.submit('n1', 'sleep 10-400', { tasks: 60 });
    flock.ask('n2', flock.submission('fail-first 1 30', { tasks: 20, retries: 2 }));
    flock.world.run(300);
    flock.node('n3').die(true);
    flock.world.run(8_000);
    flock.start('n3');
    flock.node('n4').dieMidway();
    flock.world.run(4_000);
    return flock;
  }

  it('should be the same for the same seed, and another for another', () => {
    const [first, second, other] = [story(11), story(11), story(12)];
    expect(first.trace.events).to.be.above(1_000);
    expect([second.traceHash, second.trace.events]).to.deep.equal([first.traceHash, first.trace.events]);
    expect(other.traceHash).to.not.equal(first.traceHash);
  });
});
