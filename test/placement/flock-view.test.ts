import { expect } from 'chai';
import fc from 'fast-check';
import { isOnRing, type MemberState } from '../../src/membership/member.js';
import { RingCache } from '../../src/ring/ring-cache.js';
import { FlockView } from '../../src/placement/flock-view.js';
import { xxh32 } from '../ring/support.js';
import { flockOf, load, member, node, resources } from './support.js';

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      id: fc.nat(5).map(node),
      state: fc.constantFrom(...(['alive', 'alive', 'alive', 'suspect', 'dead', 'left'] as const)),
      draining: fc.constantFrom(false, false, false, true),
      cpus: fc.constantFrom(0, 0.5, 1, 3, 4, 64, 100_000),
    }),
  },
  { weight: 2, arbitrary: fc.nat(5).map((i) => ({ forgotten: node(i) })) },
);

function weightsOf(view: FlockView): number[] {
  return view.ring.members.map(({ weight }) => weight);
}

describe('The view of a flock', () => {
  it('should have the ring of its members, however it came to know them', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const view = new FlockView(new RingCache(xxh32));
        const members = new Map<string, MemberState>();
        for (const one of steps) {
          if ('forgotten' in one) {
            members.delete(one.forgotten);
            view.forget(one.forgotten);
          } else {
            const { id, state, draining, cpus } = one;
            const said = member(id, { state, draining, capacity: resources(cpus) });
            members.set(id, said);
            view.update(said);
          }
        }
        const fresh = new FlockView(new RingCache(xxh32));
        for (const said of members.values()) fresh.update(said);
        expect(view.ring.digest).to.equal(fresh.ring.digest);
        const onRing = [...members.values()].filter(isOnRing).map(({ id }) => id);
        expect(view.ring.members.map(({ id }) => id)).to.have.members(onRing);
      }),
      { numRuns: 300 },
    );
  });

  it('should weigh nodes by their CPUs, against the power of two at or below the median', () => {
    const view = new FlockView(new RingCache(xxh32));
    [4, 4, 6].forEach((cpus, i) => view.update(member(node(i), { capacity: resources(cpus) })));
    expect(weightsOf(view)).to.deep.equal([1, 1, 1.5]);
    view.update(member(node(3), { capacity: resources(2) }));
    expect(weightsOf(view)).to.deep.equal([1, 1, 1.5, 0.5]);
  });

  it('should weigh all anew once the median is another', () => {
    const { view } = flockOf(2, 1);
    expect(weightsOf(view)).to.deep.equal([1, 1]);
    view.update(member(node(2), { capacity: resources(8) }));
    expect(weightsOf(view)).to.deep.equal([1, 1, 8]);
    for (const i of [3, 4]) view.update(member(node(i), { capacity: resources(8) }));
    expect(weightsOf(view)).to.deep.equal([1 / 8, 1 / 8, 1, 1, 1]);
    for (const i of [3, 4]) view.update(member(node(i), { state: 'dead', capacity: resources(8) }));
    expect(weightsOf(view)).to.deep.equal([1, 1, 8]);
  });

  it('should keep nodes without CPUs on the ring, and giants within what a ring bears', () => {
    const { view } = flockOf(3, 1);
    view.update(member(node(3), { capacity: resources(0) }));
    view.update(member(node(4), { capacity: resources(100_000) }));
    expect(weightsOf(view)).to.deep.equal([1, 1, 1, 2 ** -6, 256]);
  });

  it('should leave the very ring where a change does not touch it', () => {
    const { view } = flockOf(3);
    const before = view.ring;
    view.update(member(node(1), { state: 'suspect', boot: 7 }));
    expect(view.ring).to.equal(before);
    expect(view.member(node(1))).to.include({ state: 'suspect', boot: 7 });
  });

  for (const gone of [{ state: 'dead' }, { state: 'left' }, { draining: true }] as const) {
    it(`should count the load of a node no more that is ${Object.values(gone).join()}`, () => {
      const { view } = flockOf(2);
      load(view, node(0), { queued: 5, workMs: 70 });
      load(view, node(1), { queued: 2, workMs: 30 });
      view.update(member(node(0), { state: 'suspect' }));
      expect(view.loads.totals).to.include({ queued: 7, workMs: 100 });
      view.update(member(node(0), gone));
      expect(view.loads.totals).to.include({ nodes: 1, queued: 2, workMs: 30 });
      expect(view.ring.size).to.equal(1);
      view.forget(node(1));
      expect(view.loads.totals).to.include({ nodes: 0, queued: 0 });
    });
  }

  it('should forget the load of a boot that is over, and keep that of the boot that is', () => {
    const { view } = flockOf(2);
    load(view, node(0), { queued: 5 });
    load(view, node(1), { boot: 2, queued: 2 });
    for (const i of [0, 1]) view.update(member(node(i), { boot: 2 }));
    expect(view.loads.of(node(0))).to.equal(undefined);
    expect(view.loads.totals).to.include({ nodes: 1, queued: 2 });
  });

  it('should say what the ring would be if all that are dead or drain were back', () => {
    const { view } = flockOf(5);
    const whole = view.ring;
    view.update(member(node(1), { state: 'dead' }));
    view.update(member(node(2), { draining: true }));
    view.update(member(node(3), { state: 'dead', draining: true }));
    view.update(member(node(4), { state: 'left', draining: true }));
    expect(view.ring.size).to.equal(1);
    expect(view.wholeRing().digest).to.equal(whole.without(node(4)).digest);
  });

  it('should measure the whole ring by all of its members, though the usual one here is another', () => {
    const { view } = flockOf(0);
    const all = (small: 'alive' | 'dead') => {
      const stateOf = (cpus: number) => (cpus === 2 ? small : 'alive');
      return [2, 2, 2, 32, 32].map((cpus, i) => {
        return member(node(i), { state: stateOf(cpus), capacity: resources(cpus) });
      });
    };
    for (const one of all('alive')) view.update(one);
    const { digest } = view.ring;
    for (const one of all('dead')) view.update(one);
    expect(view.wholeRing().digest).to.equal(digest);
    for (const one of all('alive')) view.update(one);
    expect(view.wholeRing().digest).to.equal(digest);
  });
});
