import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import type { LoadVector } from '../../src/kernel/load.js';
import type { MembershipMessage } from '../../src/membership/messages.js';
import { arms, deeds, knowing, sent, Solo } from './support/solo.js';
import { addressOf, state } from './support/states.js';

const [a, b] = [nodeId('a'), nodeId('b')];
const rumour = (member = state('a'), slot = 0) => ({ member, slot });

describe('membership machine', () => {
  it('should have joined at once where there is nobody to join', () => {
    const effects = new Solo().step({ kind: 'start' });
    expect(deeds(effects)).to.deep.equal([{ kind: 'joined' }]);
    expect(Object.keys(arms(effects)).sort()).to.deep.equal(['probe', 'redial', 'sync']);
  });

  it('should take itself for nobody to join', () => {
    const solo = new Solo({ seeds: [[addressOf('me')], ['/memory/me'], []] });
    expect(deeds(solo.step({ kind: 'start' }))).to.deep.equal([{ kind: 'joined' }]);
  });

  it('should dial its seeds and have joined only when it knows what they know', () => {
    const solo = new Solo({ seeds: [[addressOf('a')]] });
    expect(deeds(solo.step({ kind: 'start' }))).to.deep.equal([{ kind: 'dial', addresses: [addressOf('a')] }]);
    const hello = sent(solo.step({ kind: 'connected', peer: a }), 'swim.hello');
    expect(hello).to.deep.equal([
      {
        to: a,
        message: {
          kind: 'swim.hello',
          self: state('me'),
          view: hello[0]!.message.view,
          ask: false,
          joined: false,
          expects: true,
        },
      },
    ]);
    solo.hear('a', { kind: 'swim.hello', self: state('a'), view: 'another', ask: true, joined: true, expects: false });
    expect(solo.machine.isJoined).to.equal(false);
    const states: MembershipMessage = { kind: 'swim.states', members: [state('b')], want: [], done: false };
    expect(deeds(solo.hear('a', states))).to.deep.equal([
      { kind: 'member-changed', before: undefined, after: state('b') },
      { kind: 'learn', peer: b, addresses: [addressOf('b')] },
    ]);
    expect(deeds(solo.hear('a', { ...states, members: [], done: true }))).to.deep.equal([{ kind: 'joined' }]);
    expect(deeds(solo.fire('dial'))).to.deep.equal([{ kind: 'dial', addresses: [addressOf('b')] }]);
  });

  it('should publish a newcomer that it met, not one it heard of', () => {
    const solo = knowing([]);
    const met = solo.hear('a', {
      kind: 'swim.hello',
      self: state('a'),
      view: solo.machine.viewDigest,
      ask: false,
      joined: true,
      expects: false,
    });
    expect(met.filter(({ kind }) => kind === 'publish')).to.deep.equal([
      { kind: 'publish', topic: 'rumours', message: { kind: 'swim.rumour', id: 'a/1.0/alive', rumour: rumour() } },
    ]);
    expect(deeds(solo.gossip(rumour(state('b')))).map(({ kind }) => kind)).to.deep.equal(['member-changed', 'learn']);
  });

  it('should refute an accusation at once, and to the accuser', () => {
    const solo = knowing(['a']);
    const effects = solo.hear('a', { kind: 'swim.ping', seq: 1, rumours: [rumour(state('me', 'suspect'), 2)] });
    const refuted = state('me', 'alive', 1, 1);
    expect(effects.filter(({ kind }) => kind === 'publish')).to.deep.equal([
      {
        kind: 'publish',
        topic: 'rumours',
        message: { kind: 'swim.rumour', id: 'me/1.1/alive', rumour: rumour(refuted) },
      },
    ]);
    expect(sent(effects, 'swim.states')).to.deep.equal([
      { to: a, message: { kind: 'swim.states', members: [refuted], want: [], done: false } },
    ]);
    expect(solo.machine.healthScore).to.equal(1);
  });

  it('should say again what it refuted to whoever missed it', () => {
    const solo = knowing(['a']);
    solo.hear('a', { kind: 'swim.accused', boot: 1, n: 0, state: 'dead' });
    const again = deeds(solo.hear('a', { kind: 'swim.accused', boot: 1, n: 0, state: 'dead' }));
    expect(again.map(({ kind }) => kind)).to.deep.equal(['send']);
    expect(solo.machine.self.n).to.equal(1);
  });

  it('should ignore an older boot and see a restart', () => {
    const solo = knowing(['a']);
    solo.gossip(rumour(state('a', 'suspect', 1, 4)));
    const effects = solo.gossip(rumour(state('a', 'alive', 2, 0)));
    expect(effects).to.deep.include({
      kind: 'member-changed',
      before: state('a', 'suspect', 1, 4),
      after: state('a', 'alive', 2, 0),
    });
    expect(solo.isArmed('suspect/a')).to.equal(false);
    expect(solo.gossip(rumour(state('a', 'left', 1, 9)))).to.deep.equal([]);
  });

  it('should tell a process of an older boot that it is outdated', () => {
    const solo = knowing([]);
    solo.gossip(rumour(state('a', 'alive', 3, 0)));
    const effects = solo.hear('a', {
      kind: 'swim.hello',
      self: state('a', 'alive', 2, 0),
      view: '',
      ask: false,
      joined: true,
      expects: false,
    });
    expect(effects).to.deep.equal([
      { kind: 'send', to: a, message: { kind: 'swim.accused', boot: 3, n: 0, state: 'alive' } },
    ]);
    const old = new Solo({ self: a, boot: 2 });
    old.step({ kind: 'start' });
    const told = () => old.hear('me', { kind: 'swim.accused', boot: 3, n: 0, state: 'alive' });
    expect(told()).to.deep.equal([{ kind: 'outdated-boot', boot: 3 }]);
    expect(told()).to.deep.equal([]);
  });

  it('should show what it stored as suspect, tell nobody, and believe any word on it', () => {
    const remembered = [state('a', 'alive', 2, 3), state('b', 'dead', 1, 0), state('me', 'alive', 1, 0)];
    const solo = new Solo({ boot: 2, remembered });
    const view = solo.machine.viewDigest;
    const effects = solo.step({ kind: 'start' });
    expect(effects).to.deep.include({ kind: 'learn', peer: a, addresses: [addressOf('a')] });
    expect(solo.machine.get(a)?.state).to.equal('suspect');
    expect(solo.machine.get(b)?.state).to.equal('dead');
    expect(solo.machine.viewDigest).to.equal(view);
    const [ping] = sent(solo.fire('probe'), 'swim.ping');
    expect(ping?.message.rumours).to.deep.equal([]);
    solo.gossip(rumour(state('a', 'alive', 2, 2)));
    expect(solo.machine.get(a)?.state).to.equal('suspect');
    solo.gossip(rumour(state('a', 'alive', 2, 3)));
    expect(solo.machine.get(a)?.state).to.equal('alive');
  });

  it('should give all it stored the time of a flock of that size', () => {
    const solo = new Solo({ boot: 2, remembered: ['a', 'b', 'c', 'd'].map((name) => state(name)) });
    const armed = arms(solo.step({ kind: 'start' }));
    expect(['a', 'b', 'c', 'd'].map((name) => armed[`suspect/${name}`])).to.deep.equal(Array(4).fill(24_000));
  });

  it('should bury in silence what it stored and never heard of', () => {
    const solo = new Solo({ boot: 2, remembered: [state('a')] });
    solo.step({ kind: 'start' });
    expect(deeds(solo.fire('suspect/a', 4000))).to.deep.equal([
      { kind: 'member-changed', before: state('a', 'suspect'), after: state('a', 'dead') },
    ]);
  });

  it('should count what others suspect who know a member from their disk only', () => {
    const unheard = (slot: number) => ({ member: state('a', 'suspect'), slot, unheard: true as const });
    const remembered = ['a', 'b', 'c', 'd'].map((name) => state(name));
    const solo = new Solo({ boot: 2, remembered });
    solo.step({ kind: 'start' });
    solo.gossip(unheard(1));
    const leftMs = arms(solo.gossip(unheard(2)))['suspect/a'];
    expect(leftMs, 'as if it had been alive').to.be.below(24_000);
    solo.fire('suspect/a', leftMs);
    expect(solo.gossip(unheard(3)), 'too late').to.deep.equal([]);
    expect(solo.machine.get(a)?.state).to.equal('dead');

    const stranger = knowing(['b']);
    expect(stranger.gossip(unheard(1)), 'it may be long forgotten').to.deep.equal([]);
    const acquainted = knowing(['a', 'b']);
    acquainted.gossip(unheard(1));
    expect(acquainted.machine.get(a)?.state, 'and may refute').to.equal('suspect');
  });

  it('should store members soon after a lasting change, not after a suspicion', () => {
    const solo = knowing(['a', 'b']);
    const members = [state('me'), state('a'), state('b')];
    expect(solo.fire('persist', 1000)).to.deep.equal([{ kind: 'persist-members', members }]);
    solo.gossip(rumour(state('a', 'suspect'), 1));
    expect(solo.isArmed('persist')).to.equal(false);
    expect(arms(solo.gossip(rumour(state('a', 'dead')))), 'a death is acted upon at once').to.include({ persist: 50 });
    expect(arms(solo.gossip(rumour(state('c')))), 'along with it').to.not.have.property('persist');
    solo.fire('persist', 50);
    solo.gossip(rumour(state('d')));
    expect(arms(solo.gossip(rumour(state('b', 'dead')))), 'before others').to.include({ persist: 50 });
  });

  it('should forget the dead after a day', () => {
    const solo = knowing(['a', 'b']);
    solo.gossip(rumour(state('a', 'dead')));
    solo.fire('sync', 86_400_000);
    expect(solo.machine.get(a)?.state).to.equal('dead');
    expect(solo.fire('sync', 1)).to.deep.include({ kind: 'member-forgotten', id: a });
    expect(solo.machine.get(a)).to.equal(undefined);
  });

  it('should announce draining under a new incarnation, once', () => {
    const solo = knowing(['a']);
    const effects = solo.step({ kind: 'set-draining', draining: true });
    const draining = { ...state('me', 'alive', 1, 1), draining: true };
    expect(deeds(effects).map(({ kind }) => kind)).to.deep.equal(['member-changed', 'publish']);
    expect(solo.machine.self).to.deep.equal(draining);
    expect(solo.step({ kind: 'set-draining', draining: true })).to.deep.equal([]);
  });

  it('should say farewell and then be silent', () => {
    const solo = knowing(['a']);
    const effects = solo.step({ kind: 'leave' });
    const gone = state('me', 'left');
    expect(deeds(effects)).to.deep.equal([
      { kind: 'member-changed', before: state('me'), after: gone },
      { kind: 'publish', topic: 'rumours', message: { kind: 'swim.rumour', id: 'me/1.0/left', rumour: rumour(gone) } },
      { kind: 'send', to: a, message: { kind: 'swim.states', members: [gone], want: [], done: false } },
    ]);
    expect(solo.isArmed('probe')).to.equal(false);
    expect(solo.hear('a', { kind: 'swim.ping', seq: 1, rumours: [] })).to.deep.equal([]);
  });

  it('should carry loads on pings and acks', () => {
    const load: LoadVector = {
      node: nodeId('me'),
      boot: 1,
      seq: 9,
      running: 1,
      queued: 0,
      waiting: 0,
      slots: 2,
      free: 1,
      workMs: 50,
      draining: false,
    };
    const solo = knowing(['a'], { ownLoad: () => load });
    expect(sent(solo.fire('probe'), 'swim.ping')[0]?.message.load).to.deep.equal(load);
    const heard = { ...load, node: a };
    const effects = solo.hear('a', { kind: 'swim.ping', seq: 1, rumours: [], load: heard });
    expect(sent(effects, 'swim.ack')[0]?.message.load).to.deep.equal(load);
    expect(effects).to.deep.include({ kind: 'load-heard', load: heard });
    const forged = solo.hear('b', { kind: 'swim.ping', seq: 2, rumours: [], load: heard });
    expect(forged.some(({ kind }) => kind === 'load-heard')).to.equal(false);
  });

  it('should take a stale timer for nothing', () => {
    const solo = knowing(['a']);
    const timer = { owner: 'membership', name: 'probe', serial: 0 };
    expect(solo.step({ kind: 'timer', timer })).to.deep.equal([]);
  });
});
