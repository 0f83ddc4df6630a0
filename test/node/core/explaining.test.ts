import { expect } from 'chai';
import { WIRE_SCHEMAS, type Message } from '../../../src/node/core/wire.js';
import { createCodec } from '../../../src/node/io/codec.js';
import { Flock } from '../../../simnet/world/flock.js';

const codec = createCodec<Message>(WIRE_SCHEMAS);
const strict = (message: Message): Message => codec.decode(codec.encode([message])).messages[0]!;

describe('explaining', () => {
  function explained(options: { readonly policy?: 'round-robin' }) {
    const flock = Flock.formed(4, { wire: strict });
    const job = flock.submit('n1', 'sleep 60000', { tasks: 12, ...options });
    flock.untilStarted(1);
    return { flock, job, of: (at: string) => flock.request(at, { op: 'explain', job, index: 11 }) };
  }

  it('should say by which score the coordinator would choose, whichever node is asked', () => {
    const { of } = explained({ policy: 'round-robin' });
    const told = ['n0', 'n1', 'n2', 'n3'].map((at) => of(at));
    for (const { scored, candidates } of told) {
      // The turn is the coordinator's own.
      expect(scored?.scores).to.deep.equal(told[0]!.scored?.scores);
      expect(scored).to.deep.include({ policy: 'round-robin' });
      expect(candidates.map(({ node, score }) => ({ node, score }))).to.deep.equal(scored?.scores);
      expect(candidates.map(({ score }) => score).sort()).to.deep.equal([0, 1, 2, 3]);
    }
  });

  it('should score by the ring without a policy, and nothing that has ended', () => {
    const { of, flock, job } = explained({});
    const { scored, candidates } = of('n3');
    expect(scored?.policy).to.equal('bounded-ring');
    expect(candidates.map(({ order }) => order)).to.deep.equal(candidates.map(({ score }) => score));
    flock.request('n0', { op: 'cancel', job });
    flock.world.run(1_000);
    const ended = of('n3');
    expect(ended.scored).to.equal(undefined);
    expect(ended.candidates.map(({ order, score }) => [order, score])).to.deep.equal(
      [0, 1, 2, 3].map((order) => [order, undefined]),
    );
  });
});
