import { expect } from 'chai';
import { counted, Rig, vector } from './rig.js';

describe('a hand laid on single messages', () => {
  it('should lose those that are meant, until that ends', () => {
    const rig = Rig.connected(3);
    const [a, b, c] = rig.ids as [never, never, never];
    const end = rig.network.tamper({ kinds: ['swim.nack'], from: a, to: b, fate: 'lost' });
    for (const to of [b, c]) rig.send(a, to, 0);
    rig.send(c, b, 1);
    rig.world.run(100);
    expect([rig.heard(b), rig.heard(c)]).to.deep.equal([[1], [0]]);
    end();
    rig.send(a, b, 2);
    rig.world.run(100);
    expect(rig.heard(b)).to.deep.equal([1, 2]);
  });

  it('should mean only what it is said to', () => {
    const rig = Rig.connected(2);
    const [a, b] = rig.ids as [never, never];
    rig.network.tamper({ kinds: ['swim.ack', 'swim.ping-req'], fate: 'lost' });
    const when = (message: object) => 'seq' in message && message.seq === 1;
    rig.network.tamper({ kinds: ['swim.nack'], when, fate: 'lost' });
    for (let seq = 0; seq < 3; seq++) rig.send(a, b, seq);
    rig.world.run(100);
    expect(rig.heard(b)).to.deep.equal([0, 2]);
  });

  it('should bring what is late or copied after that time', () => {
    for (const fate of ['late', 'copied'] as const) {
      const rig = Rig.connected(2);
      const [a, b] = rig.ids as [never, never];
      const end = rig.network.tamper({ kinds: ['swim.nack'], fate, byMs: 5_000 });
      rig.send(a, b, 0);
      end();
      rig.send(a, b, 1);
      rig.world.run(4_900);
      expect(rig.heard(b), fate).to.deep.equal(fate === 'late' ? [1] : counted(2));
      rig.world.run(200);
      expect(rig.heard(b), fate).to.deep.equal(fate === 'late' ? [1, 0] : [0, 1, 0]);
    }
  });

  it('should keep gossip from one node, whoever passes it on', () => {
    const rig = Rig.connected(4);
    const [from, deaf] = rig.ids as [never, never];
    const end = rig.network.tamper({ kinds: ['load.vector'], to: deaf, fate: 'lost' });
    rig.network.publish(from, vector(from, 1));
    rig.world.run(10_000);
    expect(rig.ids.slice(1).map((id) => rig.gossip(id))).to.deep.equal([[], [1], [1]]);
    end();
    rig.network.publish(from, vector(from, 2));
    rig.world.run(10_000);
    expect(rig.gossip(deaf)).to.include(2);
  });
});
