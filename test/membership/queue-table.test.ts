import { expect } from 'chai';
import fc from 'fast-check';
import { nodeId, type NodeId } from '../../src/kernel/ids.js';
import { Prng } from '../../src/kernel/prng.js';
import type { Queue } from '../../src/kernel/queues.js';
import type { TimerToken } from '../../src/kernel/timers.js';
import { QueueTable, type QueueMessage } from '../../src/membership/queue-table.js';

const NODES = ['a', 'b', 'c', 'd', 'e', 'f'].map(nodeId);

/** Nodes, messages that wait to be delivered or lost, timers that wait to be fired. */
class Rig {
  readonly tables = new Map<NodeId, QueueTable>();
  readonly stored = new Map<NodeId, readonly Queue[]>();
  readonly timers = new Map<NodeId, TimerToken>();
  sent: { readonly from: NodeId; readonly to: NodeId; readonly message: QueueMessage }[] = [];

  constructor() {
    for (const node of NODES) this.start(node);
  }

  start(node: NodeId): void {
    const port = {
      ...{ self: node, prng: new Prng(7), peers: () => NODES.filter((other) => other !== node) },
      hash: (text: string) => [...text].reduce((sum, c) => (sum * 31 + c.charCodeAt(0)) % 2 ** 32, 7),
      send: (to: NodeId, message: QueueMessage) => void this.sent.push({ from: node, to, message }),
      store: (queues: readonly Queue[]) => void this.stored.set(node, queues),
      timer: (effect: { kind: string; timer: TimerToken }) => void this.timers.set(node, effect.timer),
    };
    this.tables.set(node, new QueueTable(port, this.stored.get(node) ?? []));
  }

  at(index: number): QueueTable {
    return this.tables.get(NODES[index]!)!;
  }

  /** Delivers all that is under way, and what comes of it. */
  deliver(): void {
    for (let rounds = 0; this.sent.length > 0; rounds++) {
      expect(rounds, 'it never comes to rest').to.be.below(50);
      for (const { from, to, message } of this.sent.splice(0)) this.tables.get(to)!.hear(from, message);
    }
  }

  tick(): void {
    for (const [node, token] of [...this.timers]) this.tables.get(node)!.fired(token);
  }
}

describe('The queues of a flock', () => {
  it('should be known to all soon after they are set, and again after a restart', () => {
    const rig = new Rig();
    rig.at(0).set('nightly', { weight: 2, guarantee: 0.25 });
    rig.deliver();
    for (const i of NODES.keys())
      expect(rig.at(i).get('nightly')).to.include({ weight: 2, guarantee: 0.25, version: 1 });
    rig.start(NODES[3]!);
    expect(
      rig
        .at(3)
        .list()
        .map(({ name }) => name),
    ).to.deep.equal(['nightly']);
    rig.at(3).remove('nightly');
    rig.deliver();
    for (const i of NODES.keys()) expect(rig.at(i).list()).to.deep.equal([]);
  });

  it('should say nothing in a flock that has none', () => {
    const rig = new Rig();
    rig.tick();
    expect([rig.sent, rig.timers.size]).to.deep.equal([[], 0]);
  });

  it('should be the same everywhere once messages arrive, whatever was set, lost and restarted', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('set' as const),
        at: fc.nat(5),
        name: fc.constantFrom('x', 'y'),
        weight: fc.integer({ min: 1, max: 9 }),
      }),
      fc.record({ do: fc.constantFrom('remove' as const, 'restart' as const), at: fc.nat(5) }),
      fc.record({ do: fc.constantFrom('lose' as const, 'deliver' as const), at: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const rig = new Rig();
        for (const step of steps) {
          if (step.do === 'set') rig.at(step.at).set(step.name, { weight: step.weight });
          else if (step.do === 'remove')
            rig
              .at(step.at)
              .list()
              .slice(0, 1)
              .forEach(({ name }) => rig.at(step.at).remove(name));
          else if (step.do === 'restart') rig.start(NODES[step.at]!);
          else if (step.do === 'lose') rig.sent = [];
          else rig.deliver();
        }
        for (let round = 0; round < 60; round++) {
          rig.tick();
          rig.deliver();
        }
        const [first, ...others] = NODES.map((_, i) => rig.at(i).list());
        for (const other of others) expect(other).to.deep.equal(first);
      }),
      { numRuns: 100 },
    );
  });

  it('should refuse to guarantee more than there is, and to remove what is not there', () => {
    const rig = new Rig();
    rig.at(0).set('x', { weight: 1, guarantee: 0.7 });
    expect(() => rig.at(0).set('y', { weight: 1, guarantee: 0.4 })).to.throw(
      'all queues together would be guaranteed 110 % of each node',
    );
    expect(() => rig.at(0).set('y', { weight: 1, guarantee: 0.3, limit: 0.2 })).to.throw(
      'its guarantee is above its limit',
    );
    expect(() => rig.at(0).remove('y'))
      .to.throw('no queue "y"')
      .with.property('code', 'not-found');
    rig.at(0).set('x', { weight: 1, guarantee: 1 });
  });
});
