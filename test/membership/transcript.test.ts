import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import { rumourId, type MembershipMessage, type Rumour } from '../../src/membership/messages.js';
import { Flock } from './support/flock.js';

function describeMessage(message: MembershipMessage): string {
  const rumours = (list: readonly Rumour[]) => `[${list.map(rumourId).join(' ')}]`;
  switch (message.kind) {
    case 'swim.ping':
    case 'swim.ack':
      return `${message.kind} ${message.seq} ${rumours(message.rumours)}`;
    case 'swim.hello':
      return `swim.hello ${message.self.boot}.${message.self.n} ask=${message.ask}`;
    case 'swim.digest':
      return `swim.digest [${message.lines.map((l) => `${l.id}/${l.boot}.${l.n}/${l.state}`).join(' ')}]`;
    case 'swim.states':
      return `swim.states [${message.members.map(({ id }) => id).join(' ')}] want [${message.want.join(' ')}]`;
    case 'swim.accused':
      return `swim.accused ${message.boot}.${message.n} ${message.state}`;
    case 'swim.rumour':
      return rumours([message.rumour]);
    case 'swim.ping-req':
      return `swim.ping-req ${message.seq} ${message.target}`;
    case 'swim.nack':
      return `swim.nack ${message.seq}`;
  }
}

/** All that was said and believed since `sinceMs`, a line each; timers and what is stored are left out. */
function transcript(flock: Flock, sinceMs: number): string[] {
  return flock.effects.flatMap(({ atMs, at, effect }) => {
    const line = (text: string) => (atMs >= sinceMs ? [`${at} ${text}`] : []);
    if (effect.kind === 'send') return line(`-> ${effect.to} ${describeMessage(effect.message)}`);
    if (effect.kind === 'publish') return line(`publishes ${effect.message.id}`);
    if (effect.kind === 'dial') return line(`dials ${effect.addresses.join(' ')}`);
    if (effect.kind === 'joined') return line('has joined');
    if (effect.kind !== 'member-changed') return [];
    const { before, after } = effect;
    return line(
      `${after.id}: ${before ? `${before.boot}.${before.n} ${before.state}` : '-'} => ${after.boot}.${after.n} ${after.state}`,
    );
  });
}

describe('transcript', () => {
  it('should be this when c joins a and b', () => {
    const flock = new Flock({ seed: 2, config: { probeIntervalMs: 1_000_000 } });
    flock.start('a');
    flock.start('b', ['a']);
    flock.run(1000);
    flock.start('c', ['a']);
    flock.run(1000);
    expect(transcript(flock, 1000)).to.deep.equal([
      'c dials /memory/a/p2p/a',
      // Hello both ways; a, whose id is the lesser, asks for the difference.
      'c -> a swim.hello 1.0 ask=false',
      'a -> c swim.hello 1.0 ask=true',
      'a c: - => 1.0 alive',
      'a publishes c/1.0/alive',
      'c a: - => 1.0 alive',
      'c publishes a/1.0/alive',
      'c -> a swim.digest [a/1.0/alive c/1.0/alive]',
      'a -> c swim.states [b] want []',
      'c b: - => 1.0 alive',
      'c has joined',
      'c dials /memory/b/p2p/b',
      // The gossip of a's rumour arrives.
      'b c: - => 1.0 alive',
      // Both know the same by now, so hello is all.
      'c -> b swim.hello 1.0 ask=false',
      'b -> c swim.hello 1.0 ask=true',
    ]);
  });

  it('should be this when two meet again that buried each other', () => {
    const flock = new Flock({ seed: 2 });
    flock.start('a');
    flock.start('b', ['a']);
    flock.run(1000);
    flock.split([nodeId('a')], [nodeId('b')]);
    flock.run(30_000);
    flock.heal();
    const sinceMs = flock.nowMs;
    flock.run(1500);
    expect(transcript(flock, sinceMs)).to.deep.equal([
      'a dials /memory/b/p2p/b',
      'b dials /memory/a/p2p/a',
      'a -> b swim.hello 1.0 ask=true',
      'b -> a swim.hello 1.0 ask=false',
      // b believes something greater of a than a's own word, and says so; its digest says it again.
      'b -> a swim.accused 1.0 dead',
      'b -> a swim.digest [a/1.0/dead b/1.0/alive]',
      'a -> b swim.accused 1.0 dead',
      // Only a can answer that.
      'a a: 1.0 alive => 1.1 alive',
      'a publishes a/1.1/alive',
      'a -> b swim.states [a] want []',
      'a -> b swim.states [a b] want []',
      'a -> b swim.states [a] want []',
      'b b: 1.0 alive => 1.1 alive',
      'b publishes b/1.1/alive',
      'b -> a swim.states [b] want []',
      'b a: 1.0 dead => 1.1 alive',
      'b publishes a/1.1/alive',
      'b -> a swim.states [b] want []',
      'a b: 1.0 dead => 1.1 alive',
      'a publishes b/1.1/alive',
    ]);
  });
});
