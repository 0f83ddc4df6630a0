import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { arms, knowing, sent, type Solo } from './support/solo.js';
import { state } from './support/states.js';

/** One whole period in which `nacks` of the helpers say that they hear nothing either. */
function failedPeriod(solo: Solo, nacks: number) {
  const asked = sent(solo.fire('probe-timeout'), 'swim.ping-req');
  for (const { to, message } of asked.slice(0, nacks)) solo.hear(to, { kind: 'swim.nack', seq: message.seq });
  return solo.fire('probe');
}

describe('local health score', () => {
  it('should rise with each helper that does not even deny', () => {
    for (const [nacks, score] of [
      [0, 3],
      [1, 2],
      [3, 0],
    ] as const) {
      const solo = knowing(['a', 'b', 'c', 'd']);
      solo.fire('probe');
      failedPeriod(solo, nacks);
      expect(solo.machine.healthScore, `${nacks} nacks`).to.equal(score);
    }
  });

  it('should stretch the period and the timeout, up to eight times', () => {
    const solo = knowing(['a', 'b', 'c', 'd']);
    solo.fire('probe');
    expect(arms(failedPeriod(solo, 0))).to.include({ probe: 4000, 'probe-timeout': 2000 });
    for (let i = 0; i < 9; i++) solo.hear('a', { kind: 'swim.accused', boot: 1, n: i, state: 'suspect' });
    expect(solo.machine.healthScore).to.equal(7);
    expect(arms(solo.fire('probe'))).to.include({ probe: 8000, 'probe-timeout': 4000 });
  });

  it('should fall with each ack', () => {
    const solo = knowing(['a']);
    solo.hear('a', { kind: 'swim.accused', boot: 1, n: 0, state: 'suspect' });
    const [ping] = sent(solo.fire('probe'), 'swim.ping');
    solo.hear('a', { kind: 'swim.ack', seq: ping!.message.seq, wallMs: 0, rumours: [] });
    expect(solo.machine.healthScore).to.equal(0);
  });

  it('should blame a late timer on this process, not on the peer', () => {
    const solo = knowing(['a']);
    solo.fire('probe');
    solo.fire('probe', 1501);
    expect(solo.machine.healthScore).to.equal(1);
    expect(solo.machine.get(nodeId('a'))?.state).to.equal('alive');
  });

  it('should give a suspect a second chance, one, where this process stood still', () => {
    const solo = knowing(['a']);
    solo.gossip({ member: state('a', 'suspect'), slot: 0 });
    expect(arms(solo.fire('suspect/a', 4000 + 700))).to.deep.equal({ 'suspect/a': 700 });
    solo.fire('suspect/a', 9000);
    expect(solo.machine.get(nodeId('a'))?.state).to.equal('dead');
  });

  it('should stay 0 in plain SWIM, which has neither nacks nor second chances', () => {
    const solo = knowing(['a', 'b', 'c', 'd'], { config: { lifeguard: false } });
    solo.fire('probe');
    expect(arms(failedPeriod(solo, 0))).to.include({ probe: 1000 });
    const [suspect] = [...solo.machine.members.values()].filter((m) => m.state === 'suspect');
    solo.fire(`suspect/${suspect!.id}`, 10_000);
    expect(solo.machine.get(suspect!.id)?.state).to.equal('dead');
    const [ping] = sent(solo.hear('a', { kind: 'swim.ping-req', seq: 1, target: nodeId('b') }), 'swim.ping');
    expect(solo.fire(`errand/${ping!.message.seq}`, 400)).to.deep.equal([]);
  });
});
