import { expect } from 'chai';
import { QUEUE_MAX } from '../../src/kernel/load.js';
import { candidatesFor, filteredBy } from '../../src/placement/explain.js';
import { demandOf, flockOf, load, member, node, resources } from './support.js';

describe('Candidates for a key', () => {
  it('should stand in the order of the walk, the first without a reason being the one chosen', () => {
    const { view, policy } = flockOf(5);
    const [first, second, third] = view.ring.preference('key', 5);
    load(view, first!, { running: 1, free: 0, queued: QUEUE_MAX });
    view.update(member(second!, { state: 'suspect' }));
    const candidates = candidatesFor(view, policy, 'key', { needs: resources(1) });
    expect(candidates.map(({ node }) => node)).to.deep.equal(view.ring.preference('key', 5));
    expect(candidates.map(({ order }) => order)).to.deep.equal([0, 1, 2, 3, 4]);
    expect(candidates.map(({ out }) => out)).to.deep.equal([
      'at its bound',
      'suspect',
      undefined,
      undefined,
      undefined,
    ]);
    expect(candidates[2]!.node)
      .to.equal(third)
      .and.equal(policy.choose(demandOf('key'))?.node);
    const bound = policy.bound(first!);
    expect(candidates[0]).to.deep.equal({
      ...{ node: first, order: 0, load: QUEUE_MAX + 1, bound, free: 0, speed: 1, out: 'at its bound' },
    });
  });

  it('should say what a node lacks for good before what it lacks now', () => {
    const { view, policy } = flockOf(1);
    load(view, view.ring.owner('key')!, { running: 1, free: 0, queued: QUEUE_MAX });
    expect(candidatesFor(view, policy, 'key', { needs: resources(2) })[0]!.out).to.equal('too little cpus');
  });

  it('should count all members by what speaks against them', () => {
    const { view, policy } = flockOf(5);
    const [first, second, third] = view.ring.preference('key', 5);
    for (const id of [first!, second!]) load(view, id, { running: 1, free: 0, queued: QUEUE_MAX });
    view.update(member(third!, { state: 'dead' }));
    expect(filteredBy(view, policy, { needs: resources(1) })).to.deep.equal([
      { nodes: 2 },
      { nodes: 2, out: 'at its bound' },
      { nodes: 1, out: 'dead' },
    ]);
    expect(filteredBy(view, policy, { needs: resources(9) })[0]).to.deep.equal({ nodes: 4, out: 'too little cpus' });
  });

  it('should be more than a walk looks at, but not the whole of a large flock', () => {
    const { view, policy } = flockOf(30);
    expect(candidatesFor(view, policy, 'key', { needs: resources(1) })).to.have.length(20);
    const empty = flockOf(0);
    expect(candidatesFor(empty.view, empty.policy, 'key', { needs: resources(1) })).to.deep.equal([]);
  });

  it('should stand in the order of the scores where there are some, each with its place on the ring', () => {
    const { view, policy } = flockOf(30);
    const walk = view.ring.preference('key', 30);
    const scores = [
      { node: walk[29]!, score: 1 },
      { node: walk[3]!, score: 2 },
    ];
    const told = candidatesFor(view, policy, 'key', { needs: resources(1) }, [...scores, { node: node(99), score: 3 }]);
    expect(told.map(({ node, order, score }) => [node, order, score])).to.deep.equal([
      [walk[29], 29, 1],
      [walk[3], 3, 2],
    ]);
  });

  it('should be out by their queues alone where the policy knows no bound', () => {
    const { view, policy } = flockOf(2);
    const [first, second] = view.ring.preference('key', 2);
    load(view, first!, { running: 1, free: 0, queued: 400 });
    load(view, second!, { running: 1, free: 0, queued: QUEUE_MAX });
    const outs = (named?: 'ring') =>
      candidatesFor(view, policy, 'key', { needs: resources(1), policy: named }).map(({ out }) => out);
    expect(outs('ring')).to.deep.equal([undefined, 'its queue is full']);
    expect(outs()).to.deep.equal([undefined, 'at its bound']);
    expect(filteredBy(view, policy, { needs: resources(1), policy: 'ring' })).to.deep.include({
      ...{ nodes: 1, out: 'its queue is full' },
    });
  });
});
