import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { arms, deeds, knowing, sent } from './support/solo.js';
import { addressOf, state } from './support/states.js';

const [a, b] = [nodeId('a'), nodeId('b')];
const rumour = (member = state('a'), slot = 0) => ({ member, slot });

describe('failure detector', () => {
  it('should probe directly, then through others, then accuse', () => {
    const solo = knowing(['a']);
    const [ping] = sent(solo.fire('probe', 1000), 'swim.ping');
    expect(ping?.to).to.equal(a);
    expect(ping?.message.rumours).to.deep.equal([rumour()]);
    for (const helper of ['b', 'c']) solo.gossip(rumour(state(helper)));
    const asked = sent(solo.fire('probe-timeout', 500), 'swim.ping-req');
    expect(asked.map(({ to }) => to).sort()).to.deep.equal(['b', 'c']);
    expect(asked[0]?.message).to.deep.equal({ kind: 'swim.ping-req', seq: ping!.message.seq, target: a });
    const effects = solo.fire('probe', 500);
    const suspect = state('a', 'suspect');
    expect(deeds(effects).slice(0, 2)).to.deep.equal([
      { kind: 'member-changed', before: state('a'), after: suspect },
      {
        kind: 'publish',
        topic: 'rumours',
        message: { kind: 'swim.rumour', id: 'a/1.0/suspect/3', rumour: rumour(suspect, 3) },
      },
    ]);
    expect(arms(effects)['suspect/a']).to.equal(24_000);
    expect(arms(solo.gossip(rumour(suspect, 1)))['suspect/a']).to.be.closeTo(11_381, 1);
    expect(arms(solo.gossip(rumour(suspect, 0)))['suspect/a']).to.equal(4000);
    expect(arms(solo.gossip(rumour(suspect, 2)))).to.deep.equal({});
    const dead = state('a', 'dead');
    expect(deeds(solo.fire('suspect/a', 4000))).to.deep.equal([
      { kind: 'member-changed', before: suspect, after: dead },
      { kind: 'publish', topic: 'rumours', message: { kind: 'swim.rumour', id: 'a/1.0/dead', rumour: rumour(dead) } },
    ]);
  });

  it('should report a suspicion once, whatever its slot has become', () => {
    const solo = knowing(['a', 'x']);
    const suspected = () => [...solo.machine.members.values()].some((m) => m.state === 'suspect');
    solo.fire('probe');
    solo.fire('probe');
    expect(suspected()).to.equal(true);
    for (const name of ['b', 'c', 'd']) solo.gossip(rumour(state(name)));
    const later = Array.from({ length: 12 }, () => solo.fire('probe')).flat();
    const published = later.flatMap((e) => (e.kind === 'publish' ? [e.message.rumour.member.id] : []));
    expect(published).to.deep.equal([...new Set(published)]);
    expect(published).to.have.length(4);
  });

  it('should probe next whose connection broke', () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      const solo = knowing(['a', 'b', 'c', 'd', 'e', 'f']);
      solo.step({ kind: 'disconnected', peer: nodeId(name) });
      expect(sent(solo.fire('probe'), 'swim.ping').map(({ to }) => to)).to.deep.equal([name]);
    }
  });

  it('should probe everybody once a round', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const solo = knowing(names);
    for (let round = 0; round < 3; round++) {
      const probed = names.map(() => {
        const [ping] = sent(solo.fire('probe'), 'swim.ping');
        solo.hear(ping!.to, { kind: 'swim.ack', seq: ping!.message.seq, wallMs: 0, rumours: [] });
        return ping!.to;
      });
      expect(probed.sort()).to.deep.equal(names);
    }
  });

  it('should count the time of a suspicion from its start when it is confirmed', () => {
    const solo = knowing(['a', 'b', 'c', 'd']);
    solo.gossip(rumour(state('a', 'suspect'), 1));
    solo.nowMs += 3000;
    solo.gossip(rumour(state('a', 'suspect'), 2));
    solo.nowMs += 3000;
    expect(arms(solo.gossip(rumour(state('a', 'suspect'), 3)))['suspect/a']).to.equal(0);
  });

  it('should take an ack through a helper for one of the target', () => {
    const solo = knowing(['a']);
    const [ping] = sent(solo.fire('probe'), 'swim.ping');
    solo.gossip(rumour(state('b')));
    solo.fire('probe-timeout', 500);
    solo.hear('b', { kind: 'swim.ack', seq: ping!.message.seq, wallMs: 0, rumours: [] });
    solo.fire('probe', 500);
    expect(solo.machine.get(a)?.state).to.equal('alive');
  });

  it('should take no ack from a bystander', () => {
    const solo = knowing(['a']);
    const [ping] = sent(solo.fire('probe'), 'swim.ping');
    solo.hear('b', { kind: 'swim.ack', seq: ping!.message.seq, wallMs: 0, rumours: [] });
    solo.fire('probe', 1000);
    expect(solo.machine.get(a)?.state).to.equal('suspect');
  });

  it('should ask others at once where the target cannot be reached', () => {
    const solo = knowing(['a']);
    solo.fire('probe');
    solo.gossip(rumour(state('b')));
    const effects = solo.step({ kind: 'unreachable', addresses: [addressOf('a')] });
    expect(sent(effects, 'swim.ping-req').map(({ to }) => to)).to.deep.equal([b]);
    expect(solo.isArmed('probe-timeout')).to.equal(false);
  });

  it('should accuse who is not connected, in a large flock, once no connection can be made: its handshake may wait for its turn', () => {
    const solo = knowing(['a', 'b', 'c'], { config: { connectionsMax: 2 } });
    solo.step({ kind: 'connected', peer: b });
    const accused = () =>
      [...solo.machine.members.values()].flatMap(({ id, state }) => (state === 'suspect' ? [id] : []));
    const probeFar = () => {
      for (;;) {
        const [ping] = sent(solo.fire('probe', 1000), 'swim.ping');
        if (ping!.to !== b) return ping!.to;
        solo.hear('b', { kind: 'swim.ack', seq: ping!.message.seq, wallMs: 0, rumours: [] });
      }
    };
    const far = probeFar();
    solo.fire('probe', 1000);
    expect(accused(), 'silence alone').to.deep.equal([]);
    solo.step({ kind: 'unreachable', addresses: [addressOf('nobody')] });
    expect(accused()).to.deep.equal([]);
    solo.step({ kind: 'unreachable', addresses: [addressOf(far)] });
    expect(accused()).to.deep.equal([far]);
  });

  it('should ping for others, and hand on the ack or say that it has none', () => {
    const solo = knowing(['a', 'b']);
    const run = () => sent(solo.hear('b', { kind: 'swim.ping-req', seq: 70, target: a }), 'swim.ping')[0]!;
    const first = run();
    expect(first.to).to.equal(a);
    const acked = sent(
      solo.hear('a', { kind: 'swim.ack', seq: first.message.seq, wallMs: 0, rumours: [] }),
      'swim.ack',
    );
    expect(acked.map(({ to, message }) => [to, message.seq])).to.deep.equal([[b, 70]]);
    const second = run();
    const late = solo.fire(`errand/${second.message.seq}`, 400);
    expect(late).to.deep.equal([{ kind: 'send', to: b, message: { kind: 'swim.nack', seq: 70 } }]);
    expect(
      sent(solo.hear('a', { kind: 'swim.ack', seq: second.message.seq, wallMs: 0, rumours: [] }), 'swim.ack'),
    ).to.deep.equal([]);
  });

  it('should tell a suspect so in its ping', () => {
    const solo = knowing(['a']);
    solo.gossip(rumour(state('a', 'suspect'), 5));
    const [ping] = sent(solo.fire('probe'), 'swim.ping');
    expect(ping?.message.rumours).to.deep.equal([rumour(state('a', 'suspect'), 5)]);
  });
});
