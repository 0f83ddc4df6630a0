import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import type { MembershipOptions } from '../../src/membership/membership.js';
import { deeds, sent, Solo } from './support/solo.js';
import { addressOf, state } from './support/states.js';

const NEWCOMER = { joined: false, expects: false };
const states = { kind: 'swim.states' as const, members: [], want: [], done: true };

/** A node that was told to join `a`, and has met another and compared views with it. */
function met(name: string, standing: { joined: boolean; expects: boolean }, options: Partial<MembershipOptions> = {}) {
  const solo = new Solo({ seeds: [[addressOf('a')]], ...options });
  solo.step({ kind: 'start' });
  solo.step({ kind: 'connected', peer: nodeId(name) });
  hello(solo, name, standing);
  solo.hear(name, states);
  return solo;
}

function hello(solo: Solo, name: string, standing: { joined: boolean; expects: boolean }) {
  return solo.hear(name, { kind: 'swim.hello', self: state(name), view: 'another', ask: false, ...standing });
}

describe('joining a flock', () => {
  it('should come through with whoever has joined, be it a seed or not', () => {
    for (const name of ['a', 'b']) expect(met(name, { joined: true, expects: false }).machine.isJoined).to.equal(true);
  });

  it('should not come through with another newcomer, though that was told to join this one', () => {
    for (const expects of [true, false]) {
      const solo = met('b', { joined: false, expects });
      expect(solo.machine.isJoined).to.equal(false);
      hello(solo, 'b', { joined: true, expects });
      expect(deeds(solo.hear('b', states)), 'once that has joined').to.deep.include({ kind: 'joined' });
    }
  });

  it('should not come through with a seed that is a newcomer itself', () => {
    expect(met('a', NEWCOMER).machine.isJoined).to.equal(false);
  });

  it('should come through where each was told to join the other: a flock begins', () => {
    expect(met('a', { joined: false, expects: true }).machine.isJoined).to.equal(true);
  });

  it('should come through where each knows the other from before: a flock begins again', () => {
    const remembered = [state('b')];
    expect(met('b', { joined: false, expects: true }, { remembered }).machine.isJoined).to.equal(true);
    expect(met('b', NEWCOMER, { remembered }).machine.isJoined, 'its disk was lost').to.equal(false);
  });

  it('should be told to newcomers that wait for it', () => {
    const solo = met('b', { joined: false, expects: true });
    hello(solo, 'a', { joined: true, expects: false });
    const greeted = sent(solo.hear('a', states), 'swim.hello');
    expect(greeted.map(({ to, message: { ask, joined } }) => ({ to, ask, joined }))).to.deep.equal([
      { to: 'b', ask: true, joined: true },
    ]);
  });

  it('should leave on the disk who was known before, until it has come through', () => {
    const solo = met('b', NEWCOMER);
    expect(deeds(solo.fire('persist', 1_000))).to.deep.equal([]);
    hello(solo, 'b', { joined: true, expects: false });
    solo.hear('b', states);
    expect(deeds(solo.fire('persist', 1_000)).map(({ kind }) => kind)).to.deep.equal(['persist-members']);
  });
});
