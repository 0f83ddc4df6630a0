import { expect } from 'chai';
import { chooseHolders, chooseReplicas, mayHold, replicaCount } from '../../src/placement/replica-choice.js';
import { flockOf, member, node } from './support.js';

describe('the replicas of a register', () => {
  it('should be as many as there are members that have not left, up to three', () => {
    expect([1, 2, 3, 9].map((count) => replicaCount(flockOf(count).view))).to.deep.equal([1, 2, 3, 3]);
    const { view } = flockOf(2);
    view.update(member(node(7), { state: 'dead' }));
    expect(replicaCount(view), 'the dead may come back').to.equal(3);
    view.update(member(node(7), { state: 'left' }));
    expect(replicaCount(view)).to.equal(2);
  });

  it('should follow on the ring from its place, the same seen from anywhere', () => {
    const { view } = flockOf(5);
    const set = chooseHolders(view, 'job1');
    expect(set).to.deep.equal([...new Set(view.ring.walk('job1'))].slice(0, 3));
    expect(new Set(Array.from({ length: 50 }, (_, i) => chooseHolders(view, `job${i}`)[0])).size).to.equal(5);
  });

  it('should begin with the node that is wanted first, and have it once', () => {
    const { view } = flockOf(5);
    const [one, two, third] = view.ring.walk('job1');
    expect(chooseReplicas(view, 'job1', third!)).to.deep.equal([third, one, two]);
  });

  it('should be the alive first, then suspects, then the dead, but none that has left', () => {
    const { view } = flockOf(5);
    view.update(member(node(0), { state: 'suspect' }));
    view.update(member(node(1), { state: 'dead' }));
    view.update(member(node(2), { state: 'left' }));
    for (const set of [chooseHolders(view, 'job1'), chooseReplicas(view, 'job1', node(3))]) {
      expect(new Set(set)).to.deep.equal(new Set([node(0), node(3), node(4)]));
      expect(set[2]).to.equal(node(0));
    }
    view.update(member(node(4), { state: 'dead' }));
    expect(chooseReplicas(view, 'job1', node(3))).to.deep.equal([node(3), node(0), node(1)]);
    expect(chooseHolders(view, 'job1').slice(0, 2)).to.deep.equal([node(3), node(0)]);
  });

  it('should be, of a job, among five that hang on nobody’s belief of who is there', () => {
    const { view } = flockOf(9);
    const before = [...view.ring.walk('job1')];
    const five = before.slice(0, 5);
    expect(mayHold(view, 'job1')).to.deep.equal(five);
    const [first, second, third, fourth, fifth] = five;
    view.update(member(first!, { draining: true }));
    view.update(member(second!, { state: 'suspect', draining: true }));
    view.update(member(third!, { state: 'dead' }));
    expect(mayHold(view, 'job1')).to.deep.equal(five);
    expect(chooseHolders(view, 'job1')).to.deep.equal([fourth, fifth, first]);
    view.update(member(fourth!, { state: 'dead' }));
    expect(chooseHolders(view, 'job1'), 'and no other node').to.deep.equal([fifth, first, second]);
  });
});
