import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import type { LoadVector } from '../../src/kernel/load.js';
import { LoadPublisher, LoadTable } from '../../src/membership/load.js';

const at = (monoMs: number) => ({ monoMs, wallMs: 0 });
const vector = (name: string, given: Partial<LoadVector> = {}): LoadVector => ({
  node: nodeId(name),
  boot: 1,
  seq: 1,
  running: 0,
  queued: 0,
  waiting: 0,
  slots: 4,
  free: 4,
  workMs: 0,
  draining: false,
  ...given,
});

describe('load table', () => {
  it('should keep the freshest by boot, then by sequence', () => {
    const table = new LoadTable();
    expect(table.note(vector('a', { seq: 5, running: 1 }), at(0))).to.equal(true);
    expect(table.note(vector('a', { seq: 4, running: 2 }), at(1))).to.equal(false);
    expect(table.note(vector('a', { seq: 5, running: 3 }), at(1))).to.equal(false);
    expect(table.note(vector('a', { boot: 2, seq: 0, running: 4 }), at(7))).to.equal(true);
    expect(table.of(nodeId('a'))?.running).to.equal(4);
    expect(table.ageMs(nodeId('a'), at(10))).to.equal(3);
    expect(table.ageMs(nodeId('b'), at(10))).to.equal(Infinity);
  });

  it('should sum over the nodes it knows', () => {
    const table = new LoadTable();
    table.note(vector('a', { running: 1, queued: 2, waiting: 3, free: 0.5, workMs: 10 }), at(0));
    table.note(vector('b', { running: 1, free: 2, workMs: 5 }), at(0));
    expect(table.totals).to.deep.equal({
      nodes: 2,
      running: 2,
      queued: 2,
      waiting: 3,
      slots: 8,
      free: 2.5,
      workMs: 15,
    });
    table.forget(nodeId('a'));
    expect(table.totals).to.deep.equal({ nodes: 1, running: 1, queued: 0, waiting: 0, slots: 4, free: 2, workMs: 5 });
  });
});

describe('load publisher', () => {
  const seenAfter = (was: Partial<LoadVector>, is: Partial<LoadVector>, afterMs: number, alive = 3) => {
    const publisher = new LoadPublisher();
    expect(publisher.due(vector('a', was), alive, at(0))).to.equal(true);
    return publisher.due(vector('a', is), alive, at(afterMs));
  };

  it('should publish what changed by more than a tenth', () => {
    expect(seenAfter({ running: 100 }, { running: 110 }, 1000)).to.equal(false);
    expect(seenAfter({ running: 100 }, { running: 111 }, 1000)).to.equal(true);
    expect(seenAfter({ workMs: 100 }, { workMs: 89 }, 1000)).to.equal(true);
    expect(seenAfter({ running: 100 }, { running: 60, queued: 40 }, 1000)).to.equal(false);
  });

  it('should publish what came from or went to nothing, and draining', () => {
    expect(seenAfter({ waiting: 1 }, {}, 1000)).to.equal(true);
    expect(seenAfter({}, { queued: 1 }, 1000)).to.equal(true);
    expect(seenAfter({}, { draining: true }, 1000)).to.equal(true);
    expect(seenAfter({}, {}, 1e9)).to.equal(false);
  });

  it('should keep the budget of a large flock', () => {
    expect(seenAfter({}, { running: 1 }, 999)).to.equal(false);
    expect(seenAfter({}, { running: 1 }, 124_999, 1000)).to.equal(false);
    expect(seenAfter({}, { running: 1 }, 125_000, 1000)).to.equal(true);
  });

  it('should compare with what was published last', () => {
    const publisher = new LoadPublisher();
    const seen = [100, 105, 109, 111, 115].map((running, i) =>
      publisher.due(vector('a', { running }), 3, at(1000 * i)),
    );
    expect(seen).to.deep.equal([true, false, false, true, false]);
  });
});
