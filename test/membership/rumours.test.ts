import { expect } from 'chai';
import { rumourId } from '../../src/membership/messages.js';
import { RumourQueue } from '../../src/membership/rumours.js';
import { state } from './support/states.js';

const ids = (queue: RumourQueue, most: number, times: number) => queue.take(most, times).map(rumourId);

describe('rumour queue', () => {
  it('should give each rumour away a bounded number of times, the least told first', () => {
    const queue = new RumourQueue();
    queue.add({ member: state('a'), slot: 0 });
    expect(ids(queue, 2, 2)).to.deep.equal(['a/1.0/alive']);
    queue.add({ member: state('b'), slot: 0 });
    expect(ids(queue, 1, 2)).to.deep.equal(['b/1.0/alive']);
    expect(ids(queue, 2, 2)).to.deep.equal(['a/1.0/alive', 'b/1.0/alive']);
    expect(ids(queue, 2, 2)).to.deep.equal([]);
  });

  it('should tell only the latest state of a member', () => {
    const queue = new RumourQueue();
    queue.add({ member: state('a', 'suspect'), slot: 1 });
    queue.add({ member: state('a', 'alive', 1, 1), slot: 0 });
    queue.add({ member: state('a', 'dead'), slot: 0 });
    expect(ids(queue, 9, 9)).to.deep.equal(['a/1.1/alive']);
  });

  it('should tell each slot of a suspicion', () => {
    const queue = new RumourQueue();
    for (const slot of [1, 4, 1]) queue.add({ member: state('a', 'suspect'), slot });
    expect(ids(queue, 9, 1)).to.deep.equal(['a/1.0/suspect/1', 'a/1.0/suspect/4']);
    queue.add({ member: state('a', 'suspect'), slot: 1 });
    queue.forget(state('a').id);
    expect(ids(queue, 9, 1)).to.deep.equal([]);
  });
});
