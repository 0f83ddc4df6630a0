import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import type { MembershipEffect } from '../../src/membership/events.js';
import { Solo } from './support/solo.js';
import { addressOf, state } from './support/states.js';

const dialled = (effects: readonly MembershipEffect[]) =>
  effects.flatMap((e) => (e.kind === 'dial' ? [...e.addresses] : []));
const tell = (solo: Solo, names: readonly string[]) =>
  solo.hear('a', { kind: 'swim.states', members: names.map((name) => state(name)), want: [], done: true });

describe('dialler', () => {
  it('should dial those it is told of, one a quarter of a second', () => {
    const solo = new Solo();
    solo.step({ kind: 'start' });
    solo.step({ kind: 'connected', peer: nodeId('a') });
    tell(solo, ['a', 'b', 'c', 'd']);
    expect(dialled(solo.fire('dial'))).to.deep.equal([addressOf('b')]);
    const next = solo.step({ kind: 'connected', peer: nodeId('c') });
    expect(dialled(next)).to.deep.equal([]);
    expect(dialled(solo.fire('dial', 250))).to.deep.equal([addressOf('d')]);
    expect(solo.isArmed('dial')).to.equal(false);
  });

  it('should leave a newcomer that it heard of by rumour the time to dial', () => {
    const solo = new Solo();
    solo.step({ kind: 'start' });
    const effects = solo.gossip({ member: state('b'), slot: 0 });
    const waits = effects.flatMap((e) => (e.kind === 'arm' && e.timer.name === 'dial' ? [e.afterMs] : []));
    expect(waits[0]).to.be.within(2500, 7500);
    expect(dialled(solo.fire('dial', waits[0]))).to.deep.equal([addressOf('b')]);
  });

  it('should stop at as many connections as it may have', () => {
    const solo = new Solo({ config: { connectionsMax: 1 } });
    solo.step({ kind: 'start' });
    solo.step({ kind: 'connected', peer: nodeId('a') });
    tell(solo, ['b', 'c']);
    expect(dialled(solo.fire('dial'))).to.deep.equal([]);
    expect(solo.isArmed('dial')).to.equal(false);
  });

  it('should call on the dead and on absent seeds', () => {
    const solo = new Solo({ seeds: [[addressOf('seed')]] });
    solo.step({ kind: 'start' });
    expect(dialled(solo.fire('redial', 2000))).to.deep.equal([addressOf('seed')]);
    solo.gossip({ member: state('seed'), slot: 0 });
    expect(dialled(solo.fire('redial', 2000))).to.deep.equal([]);
    solo.gossip({ member: state('seed', 'dead'), slot: 0 });
    expect(dialled(solo.fire('redial', 2000))).to.deep.equal([addressOf('seed')]);
  });

  it('should call on the dead over a new connection where an old one is open', () => {
    const solo = new Solo();
    const a = nodeId('a');
    solo.step({ kind: 'start' });
    solo.step({ kind: 'connected', peer: a });
    solo.gossip({ member: state('a', 'dead'), slot: 0 });
    const effects = solo.fire('redial', 2000);
    expect(effects).to.deep.include({ kind: 'hang-up', peer: a });
    expect(dialled(effects), 'it would find the old connection').to.deep.equal([]);
    expect(dialled(solo.step({ kind: 'disconnected', peer: a }))).to.deep.equal([addressOf('a')]);
    solo.step({ kind: 'connected', peer: a });
    expect(dialled(solo.step({ kind: 'disconnected', peer: a })), 'once').to.deep.equal([]);
  });

  it('should call in the same way on who stays suspect', () => {
    const solo = new Solo();
    const a = nodeId('a');
    solo.step({ kind: 'start' });
    solo.step({ kind: 'connected', peer: a });
    solo.gossip({ member: state('a', 'suspect'), slot: 0 });
    const hangUp = { kind: 'hang-up', peer: a };
    expect(solo.fire('redial', 2000), 'it may answer yet').not.to.deep.include(hangUp);
    expect(solo.fire('redial', 2000)).to.deep.include(hangUp);
    expect(dialled(solo.step({ kind: 'disconnected', peer: a }))).to.deep.equal([addressOf('a')]);
    expect(solo.fire('redial', 2000), 'there is no connection').not.to.deep.include(hangUp);
  });

  it('should redial so that some three nodes of the flock do', () => {
    const solo = new Solo({ seeds: [[addressOf('seed')]] });
    solo.step({ kind: 'start' });
    for (let i = 0; i < 29; i++) solo.gossip({ member: state(`n${i}`), slot: 0 });
    const tries = Array.from({ length: 1000 }, () => dialled(solo.fire('redial', 2000)).length);
    expect(tries.reduce((sum, n) => sum + n, 0)).to.be.within(60, 140);
  });
});
