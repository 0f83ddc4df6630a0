import { expect } from 'chai';
import fc from 'fast-check';
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
    expect(table.note(vector('a', { seq: 5, running: 1 }))).to.equal(true);
    expect(table.note(vector('a', { seq: 4, running: 2 }))).to.equal(false);
    expect(table.note(vector('a', { seq: 5, running: 3 }))).to.equal(false);
    expect(table.note(vector('a', { boot: 2, seq: 0, running: 4 }))).to.equal(true);
    expect(table.of(nodeId('a'))?.running).to.equal(4);
  });

  it('should sum over the nodes it knows', () => {
    const table = new LoadTable();
    table.note(vector('a', { running: 1, queued: 2, waiting: 3, free: 0.5, workMs: 10 }));
    table.note(vector('b', { running: 1, free: 2, workMs: 5 }));
    expect(table.totals).to.deep.equal({ nodes: 2, running: 2, queued: 2, waiting: 3, workMs: 15 });
    table.forget(nodeId('a'));
    expect(table.totals).to.deep.equal({ nodes: 1, running: 1, queued: 0, waiting: 0, workMs: 5 });
  });
});

describe('load publisher', () => {
  const seenAfter = (was: Partial<LoadVector>, is: Partial<LoadVector>, afterMs: number, alive = 3) => {
    const publisher = new LoadPublisher(0);
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
    expect(seenAfter({}, { failing: 10 }, 1000)).to.equal(true);
    expect(seenAfter({ failing: 10 }, {}, 1000)).to.equal(true);
    expect(seenAfter({}, {}, 1e9)).to.equal(false);
  });

  it('should begin somewhere in the first interval', () => {
    const publisher = new LoadPublisher(0.5);
    const busy = vector('a', { running: 1, free: 3 });
    expect([0, 61_000, 63_000].map((atMs) => publisher.due(busy, 1000, at(atMs)))).to.deep.equal([false, false, true]);
  });

  it('should leave a large flock to believe that a node is idle which has nothing to do', () => {
    const inFlock = (alive: number) => {
      const publisher = new LoadPublisher(0);
      return [0, 1e6].map((atMs) => publisher.due(vector('a'), alive, at(atMs)));
    };
    expect(inFlock(8)).to.deep.equal([true, false]);
    expect(inFlock(9)).to.deep.equal([false, false]);
  });

  it('should keep the budget of a large flock', () => {
    expect(seenAfter({}, { running: 1 }, 999)).to.equal(false);
    expect(seenAfter({ running: 1 }, { running: 2 }, 124_999, 1000)).to.equal(false);
    expect(seenAfter({ running: 1 }, { running: 2 }, 125_000, 1000)).to.equal(true);
  });

  it('should compare with what was published last', () => {
    const publisher = new LoadPublisher(0);
    const seen = [100, 105, 109, 111, 115].map((running, i) =>
      publisher.due(vector('a', { running }), 3, at(1000 * i)),
    );
    expect(seen).to.deep.equal([true, false, false, true, false]);
  });
});

describe('what a load table keeps along', () => {
  it('should be what it would find by looking through all', () => {
    const vectors = fc.record({
      node: fc.constantFrom('a', 'b', 'c'),
      boot: fc.nat(2),
      seq: fc.nat(5),
      running: fc.nat(3),
      queued: fc.nat(2),
      waiting: fc.nat(1),
      workMs: fc.nat(900),
    });
    const steps = fc.array(fc.oneof({ weight: 5, arbitrary: vectors }, fc.constantFrom('a', 'b', 'c')));
    fc.assert(
      fc.property(steps, (all) => {
        const table = new LoadTable();
        const twin = new Map<string, LoadVector>();
        for (const one of all) {
          if (typeof one === 'string') {
            table.forget(nodeId(one));
            twin.delete(one);
            continue;
          }
          const said = vector(one.node, { ...one, node: nodeId(one.node) });
          const held = twin.get(one.node);
          const isNews = !held || said.boot > held.boot || (said.boot === held.boot && said.seq > held.seq);
          expect(table.isNews(said)).to.equal(isNews);
          expect(table.note(said)).to.equal(isNews);
          if (isNews) twin.set(one.node, said);
        }
        table.validate();
        const kept = [...twin.values()];
        const sum = (key: 'running' | 'queued' | 'waiting' | 'workMs') =>
          kept.reduce((all, each) => all + each[key], 0);
        expect(table.totals).to.deep.equal({
          ...{ nodes: kept.length, running: sum('running'), queued: sum('queued') },
          ...{ waiting: sum('waiting'), workMs: sum('workMs') },
        });
        expect([...table.laden]).to.have.members(kept.filter(({ queued, waiting }) => queued + waiting > 0));
      }),
    );
  });
});
