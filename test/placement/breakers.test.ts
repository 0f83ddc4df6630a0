import { expect } from 'chai';
import type { NodeId } from '../../src/kernel/ids.js';
import { Breakers } from '../../src/placement/breakers.js';
import { candidatesFor, filteredBy } from '../../src/placement/explain.js';
import { placementOf, picks } from './policies/support.js';
import { demandOf, node, resources } from './support.js';

const [A, B, C] = [node(0), node(1), node(2)];

describe('circuit breakers', () => {
  let nowMs: number;
  let breakers: Breakers;

  beforeEach(() => {
    nowMs = 1_000_000;
    breakers = breakersOf(3);
  });

  const breakersOf = (size: number, chance = () => 0) => new Breakers({ nowMs: () => nowMs, size: () => size, chance });

  const end = (at: NodeId, times: number, how: 'well' | 'badly', name = 'work') => {
    for (let i = 0; i < times; i++) breakers.ended(at, name, how === 'badly');
  };
  const open = (at: NodeId) => end(at, 10, 'badly');

  it('should open at the tenth end, where half of them or more are failures that others do not have', () => {
    end(B, 5, 'well');
    end(A, 5, 'well');
    end(A, 4, 'badly');
    expect(breakers.size).to.equal(0);
    end(A, 1, 'badly');
    expect(breakers.lets(A)).to.equal(false);
    expect(breakers.list()).to.deep.equal([{ node: A, ended: 10, failed: 5, forMs: 5_000 }]);
    expect([...breakers.shut()]).to.deep.equal([A]);
  });

  it('should stay closed for less, and for what is long ago', () => {
    end(A, 6, 'well');
    end(A, 5, 'badly');
    nowMs += 20_000;
    end(A, 9, 'badly');
    expect(breakers.size).to.equal(0);
  });

  it('should stay closed where others fail such tasks as often', () => {
    end(B, 3, 'badly');
    open(A);
    expect(breakers.isClosed(A)).to.equal(true);
  });

  it('should give each other node one vote, however much one of them fails', () => {
    end(B, 200, 'badly', 'other');
    end(B, 9, 'badly');
    end(C, 2, 'well');
    open(A);
    expect(breakers.isClosed(A), 'of B and C one fails').to.equal(false);
  });

  it('should compare by the name: what others make of other tasks says nothing', () => {
    end(B, 50, 'badly', 'hopeless');
    open(A);
    expect(breakers.isClosed(A)).to.equal(false);
  });

  it('should close at once when others turn out to fail the same', () => {
    open(A);
    end(B, 2, 'badly');
    expect(breakers.isClosed(A)).to.equal(false);
    end(B, 1, 'badly');
    expect(breakers.isClosed(A)).to.equal(true);
    end(B, 7, 'badly');
    expect(breakers.size, 'nor is B to blame').to.equal(0);
  });

  it('should be half-open after a while: one trial at a time, and closed after three that end well', () => {
    open(A);
    nowMs += 4_999;
    expect(breakers.lets(A)).to.equal(false);
    nowMs += 1;
    for (let trial = 0; trial < 3; trial++) {
      expect(breakers.lets(A)).to.equal(true);
      breakers.picked(A);
      expect(breakers.lets(A), 'a trial is out').to.equal(false);
      expect(breakers.isClosed(A)).to.equal(false);
      end(A, 1, 'well');
    }
    expect(breakers.isClosed(A)).to.equal(true);
    end(A, 1, 'badly');
    expect(breakers.isClosed(A), 'what was before is forgotten').to.equal(true);
  });

  it('should be open twice as long after each trial that fails, up to a minute', () => {
    open(A);
    const waits: number[] = [];
    for (let i = 0; i < 6; i++) {
      const sinceMs = nowMs;
      while (!breakers.lets(A)) nowMs += 1_000;
      waits.push(nowMs - sinceMs);
      breakers.picked(A);
      end(A, 1, 'badly');
    }
    expect(waits).to.deep.equal([5_000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('should try again where nothing is heard of a trial, and learn nothing from one that others fail too', () => {
    open(A);
    nowMs += 5_000;
    breakers.picked(A);
    nowMs += 5_000;
    expect(breakers.lets(A)).to.equal(true);
    end(B, 3, 'badly', 'hopeless');
    breakers.picked(A);
    end(A, 1, 'badly', 'hopeless');
    expect(breakers.lets(A)).to.equal(true);
  });

  it('should forget a node that has started anew', () => {
    open(A);
    breakers.forget(A);
    expect(breakers.isClosed(A)).to.equal(true);
    end(A, 9, 'badly');
    expect(breakers.isClosed(A)).to.equal(true);
  });

  it('should believe a node that says that it fails, until it says so no more', () => {
    breakers.heard({ node: A, failing: 10 });
    expect(breakers.list()).to.deep.equal([{ node: A, ended: 10, failed: 10, forMs: 5_000 }]);
    breakers.heard({ node: A });
    expect(breakers.isClosed(A)).to.equal(true);
  });

  it('should believe none where half of the others say the same, or there are none', () => {
    breakers = breakersOf(5);
    for (const i of [0, 1, 2]) breakers.heard({ node: node(i), failing: 10 });
    expect(breakers.size, 'two of the four others').to.equal(3);
    breakers.heard({ node: node(3), failing: 10 });
    expect(breakers.size, 'three of them').to.equal(0);
    const alone = breakersOf(1);
    alone.heard({ node: A, failing: 10 });
    expect(alone.size).to.equal(0);
  });

  it('should have one try after the other what says that it fails, and all wait after each trial', () => {
    const each = Array.from({ length: 20 }, (_, i) => breakersOf(20, () => i / 20));
    const tell = (failing: number) => each.forEach((one) => void one.heard({ node: A, failing }));
    const turns = () => each.map((one) => (one.list()[0]?.forMs ?? NaN) / 1_000);
    tell(10);
    expect(turns().slice(0, 3)).to.deep.equal([5, 5.95, 6.9]);
    tell(11);
    expect(turns()[0], 'it was given that before').to.equal(5);
    nowMs += 5_000;
    each[0]?.picked(A);
    each[0]?.ended(A, 'work', true);
    tell(12);
    expect(turns().slice(0, 3), 'among 20 no longer than 6 s').to.deep.equal([6, 6.95, 7.9]);
  });

  it('should try at once what it has seen fail, and what says now that it works', () => {
    open(A);
    breakers.heard({ node: A, failing: 10 });
    expect(breakers.lets(A)).to.equal(false);
    breakers.heard({ node: A });
    expect(breakers.lets(A)).to.equal(true);
    expect(breakers.isClosed(A), 'it has been seen').to.equal(false);
  });

  it('should keep nodes from being chosen, by whatever policy, and from getting what they ask for', () => {
    const { placement, ring, view } = placementOf([{ cpus: 4 }, { cpus: 4 }, { cpus: 4 }], 1, () => 0, breakers);
    open(A);
    for (const policy of ['bounded-ring', 'round-robin', 'least-loaded', 'random'] as const) {
      expect(picks(placement, policy, 8), policy).not.to.include(0);
    }
    expect(placement.mayOffer(A, resources(1))).to.equal(false);
    expect(placement.mayPin(A, resources(1))).to.equal(true);
    nowMs += 5_000;
    const tried = picks(placement, 'round-robin', 8);
    expect(tried.filter((i) => i === 0)).to.deep.equal([0]);
    const told = candidatesFor(view, ring, 'key', { needs: resources(1), shunned: placement.shunned() });
    expect(told.find((each) => each.node === A)?.out).to.equal('circuit breaker open: 10 of 10 tasks failed');
    expect(filteredBy(view, ring, { needs: resources(1), shunned: placement.shunned() })[1]).to.deep.equal({
      ...{ nodes: 1, out: 'circuit breaker open' },
    });
  });

  it('should keep no node from what only that can run', () => {
    const { placement } = placementOf([{ cpus: 8 }, { cpus: 1 }], 1, () => 0, breakers);
    open(A);
    const needs = resources(4);
    for (const policy of ['bounded-ring', 'spread'] as const) {
      expect(placement.choose(demandOf('key', { policy, needs }))?.node, policy).to.equal(A);
      expect(placement.choose(demandOf('key', { policy }))?.node, policy).to.equal(B);
    }
  });
});
