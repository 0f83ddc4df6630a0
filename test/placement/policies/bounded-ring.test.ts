import { expect } from 'chai';
import fc from 'fast-check';
import { QUEUE_MAX } from '../../../src/kernel/load.js';
import { BoundedRing } from '../../../src/placement/policies/bounded-ring.js';
import { demandOf, flockOf, load, member, node, resources, type MemberOptions } from '../support.js';

const CANDIDATES_MAX = 16;
const BUSY = { running: 1, free: 0 };

/** Of a choice for what may wait in a queue. */
const BELOW = { startsNow: false };

/** Nodes with no room at all: a long queue and work beyond any bound. */
const FULL = { ...BUSY, queued: QUEUE_MAX };

describe('A walk around the bounded ring', () => {
  it('should choose the first node of the walk that has room', () => {
    const { view, policy } = flockOf(8);
    const walk = view.ring.preference('key', 8);
    for (const [i, id] of walk.entries()) {
      expect(policy.choose(demandOf('key'))?.node, `hop ${i}`).to.equal(id);
      load(view, id, FULL);
    }
    expect(policy.choose(demandOf('key'))).to.equal(undefined);
  });

  it('should pass over nodes that are closed, and those that were offered all they have room for', () => {
    const { view, policy } = flockOf(3, 2);
    const [first, second, third] = view.ring.preference('key', 3);
    const closed = (id: string) => id === first;
    const offers = new Map([
      [second!, 2],
      [third!, 1],
    ]);
    expect(policy.choose(demandOf('key', { closed }))).to.deep.equal({ ...BELOW, node: second, room: 2 });
    expect(policy.choose(demandOf('key', { closed, offers }))).to.deep.equal({ ...BELOW, node: third, room: 1 });
  });

  it('should pass over queues where a slot is sought, and come back to the first of them where none is free', () => {
    const { view, policy } = flockOf(3, 2);
    const [first, second, third] = view.ring.preference('key', 3);
    for (const id of [first!, second!]) load(view, id, { slots: 2, running: 1, queued: 1, free: 1 });
    const seeking = demandOf('key', { seeksSlot: true });
    expect(policy.choose(demandOf('key'))).to.include({ node: first, startsNow: false });
    expect(policy.choose(seeking)).to.deep.equal({ node: third, room: 2, startsNow: true });
    const offers = new Map([[third!, 2]]);
    expect(policy.choose({ ...seeking, offers })).to.include({ node: first, startsNow: false });
    expect([first!, third!, node(9)].map((id) => policy.freeSlots(id))).to.deep.equal([0, 0, 0]);
    load(view, third!, { slots: 2, running: 1, free: 1 });
    expect(policy.freeSlots(third!), 'it has said so').to.equal(1);
  });

  it('should prefer who needs no handshake, unless a key says where, and take any other where none of these has room', () => {
    const { view } = flockOf(3);
    const [first, second, third] = view.ring.preference('key', 3);
    const policy = new BoundedRing(view, (id) => id !== first);
    const demand = demandOf('key', { isForAny: true });
    expect(policy.choose(demand)?.node).to.equal(second);
    expect(policy.choose({ ...demand, isForAny: false })?.node).to.equal(first);
    for (const id of [second!, third!]) load(view, id, FULL);
    expect(policy.choose(demand)?.node).to.equal(first);
    const offers = new Map([5, 6, 7, 8].map((n) => [node(n), 1]));
    expect(policy.choose({ ...demand, offers }), 'enough handshakes are waited for').to.equal(undefined);
  });

  it('should look at no more than its number of candidates', () => {
    const { view, policy } = flockOf(CANDIDATES_MAX + 1);
    const walk = view.ring.preference('key', CANDIDATES_MAX + 1);
    for (const id of walk.slice(0, CANDIDATES_MAX - 1)) load(view, id, FULL);
    expect(policy.choose(demandOf('key'))?.node).to.equal(walk[CANDIDATES_MAX - 1]);
    load(view, walk[CANDIDATES_MAX - 1]!, FULL);
    const looked: string[] = [];
    const closed = (id: string) => looked.push(id) < 0;
    expect(policy.choose(demandOf('key', { closed }))).to.equal(undefined);
    expect(looked, 'each once').to.deep.equal(walk.slice(0, CANDIDATES_MAX));
  });

  it('should find nobody in an empty flock', () => {
    const { policy } = flockOf(0);
    expect(policy.choose(demandOf('key'))).to.equal(undefined);
    expect(policy.standing(node(0), resources(1))).to.deep.include({ room: 0, out: 'unknown' });
    expect(policy.bootOf(node(0))).to.equal(0);
  });

  const outs: [string, MemberOptions][] = [
    ['suspect', { state: 'suspect' }],
    ['dead', { state: 'dead' }],
    ['left', { state: 'left' }],
    ['draining', { draining: true }],
    ['too little cpus', { capacity: resources(0.5) }],
    ['too little gpus', { capacity: resources(1, { gpus: 1 }) }],
  ];
  for (const [out, options] of outs) {
    it(`should never choose a node that is or has ${out}, and say so`, () => {
      const { view, policy } = flockOf(1);
      view.update(member(node(1), { ...options, boot: 9 }));
      const needs = resources(1, { gpus: out.endsWith('gpus') ? 2 : 0 });
      expect(policy.standing(node(1), needs).out).to.equal(out);
      expect(policy.mayOffer(node(1), needs)).to.equal(false);
      expect(policy.bootOf(node(1))).to.equal(9);
      for (let i = 0; i < 50; i++) expect(policy.choose(demandOf(`key ${i}`, { needs }))?.node).not.to.equal(node(1));
    });
  }

  it('should offer tasks that need nothing in batches all the same', () => {
    const { policy } = flockOf(1);
    expect(policy.choose(demandOf('key', { needs: resources(0) }))).to.deep.equal({
      ...BELOW,
      node: node(0),
      room: 256,
    });
  });
});

describe('Room on the bounded ring', () => {
  const loads = fc.record({
    running: fc.nat(8),
    queued: fc.oneof(fc.nat(5), fc.nat(QUEUE_MAX)),
    waiting: fc.nat(300),
    workMs: fc.nat(50_000),
    free: fc.constantFrom(0, 0.5, 1, 4),
  });
  const flocks = fc.array(fc.record({ cpus: fc.constantFrom(1, 2, 4), load: fc.option(loads) }), {
    minLength: 1,
    maxLength: 6,
  });

  function build(flock: readonly { readonly cpus: number; readonly load: object | null }[]): BoundedRing {
    const { view, policy } = flockOf(0);
    flock.forEach(({ cpus }, i) => view.update(member(node(i), { capacity: resources(cpus) })));
    flock.forEach(({ load: said }, i) => said && load(view, node(i), said));
    return policy;
  }

  it('should be what the arithmetic of one line after the other says', () => {
    fc.assert(
      fc.property(flocks, fc.constantFrom(0.25, 1, 2), (flock, cpus) => {
        const policy = build(flock);
        const sum = (read: (load: { running: number; queued: number; waiting: number; workMs: number }) => number) =>
          flock.reduce((total, { load }) => total + (load ? read(load) : 0), 0);
        const tasks = sum(({ running, queued, waiting }) => running + queued + waiting);
        const placed = sum(({ running, queued }) => running + queued);
        const workMs = sum((load) => load.workMs) * (placed === 0 ? 1 : tasks / placed);
        const allCpus = flock.reduce((total, one) => total + one.cpus, 0);
        flock.forEach((one, i) => {
          const share = one.cpus / allCpus;
          const bound = Math.ceil(1.25 * (tasks + 1) * share - 1e-6);
          const said = one.load ?? { running: 0, queued: 0, workMs: 0, free: one.cpus };
          const held = said.running + said.queued;
          let room = said.queued === 0 ? Math.floor(said.free / cpus) : 0;
          // Work that nobody waits long behind is never too much.
          if (said.workMs <= Math.max(50, 1.25 * workMs * share) + 1e-6) {
            const below = Math.min(bound - held, QUEUE_MAX - said.queued);
            if (below > 0 && 2 * below >= Math.min(said.queued, 32)) room = Math.max(room, below);
          }
          const standing = policy.standing(node(i), resources(cpus));
          const { load, free } = standing;
          expect({ load, free, bound: policy.bound(node(i)) }).to.deep.equal({ load: held, free: said.free, bound });
          if (one.cpus >= cpus) expect(standing).to.deep.include({ bound, room });
        });
      }),
      { numRuns: 300 },
    );
  });

  it('should never starve a task while an eligible node has a free slot and an empty queue', () => {
    fc.assert(
      fc.property(flocks, fc.constantFrom(0.25, 1), fc.string(), (flock, cpus, key) => {
        const policy = build(flock);
        const isFree = flock.some(
          ({ cpus: all, load }) => !load || (load.queued === 0 && Math.min(load.free, all) >= cpus),
        );
        if (isFree) expect(policy.choose(demandOf(key, { needs: resources(cpus) }))).not.to.equal(undefined);
      }),
      { numRuns: 300 },
    );
  });

  it('should never starve a task while nobody has anything queued: some bound has room', () => {
    fc.assert(
      fc.property(flocks, fc.string(), (flock, key) => {
        const idle = flock.map(({ cpus, load }) => ({ cpus, load: load && { ...load, queued: 0, workMs: 0 } }));
        expect(build(idle).choose(demandOf(key))).not.to.equal(undefined);
      }),
    );
  });

  it('should fill a long queue up by sixteen or more, and a short one by half of it or more', () => {
    const { view, policy } = flockOf(1);
    const roomAt = (queued: number) => {
      // 79 tasks are known of: the bound is 100.
      load(view, node(0), { ...BUSY, queued, waiting: 78 - queued });
      expect(policy.bound(node(0))).to.equal(100);
      return policy.standing(node(0), resources(1)).room;
    };
    expect(roomAt(78)).to.equal(21);
    load(view, node(0), { ...BUSY, queued: 80 });
    expect(policy.standing(node(0), resources(1))).to.include({ bound: 103, room: 22 });
    load(view, node(0), { running: 0, free: 0, queued: 500, waiting: 500 });
    expect(policy.standing(node(0), resources(1)).room, 'twelve below the end of the queue').to.equal(0);
    load(view, node(0), { running: 0, free: 0, queued: QUEUE_MAX - 16, waiting: 500 });
    expect(policy.standing(node(0), resources(1)).room).to.equal(16);
  });

  it('should give a node with more than its share of work no more, however few its tasks', () => {
    const { view, policy } = flockOf(2);
    load(view, node(0), { ...BUSY, workMs: 9_000 });
    load(view, node(1), { ...BUSY, running: 6, queued: 6, workMs: 1_000 });
    expect(policy.workBoundMs(node(0), 0)).to.equal(6_250);
    expect(policy.workBoundMs(node(0), 1_000)).to.equal(1.25 * 11_000 * 0.5 + 1_000);
    expect(policy.standing(node(0), resources(1)).room).to.equal(0);
    load(view, node(1), { running: 6, queued: 4, waiting: 11, workMs: 1_000 });
    expect(policy.workBoundMs(node(0), 0), 'as many wait as were placed').to.equal(12_500);
    load(view, node(1), { running: 6, queued: 6, workMs: 1_000 });
    load(view, node(0), { ...BUSY, workMs: 1_000 });
    expect(policy.standing(node(0), resources(1))).to.include({ bound: 9, room: 8 });
  });
});
