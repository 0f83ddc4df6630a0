import { expect } from 'chai';
import { nodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import { REGISTER_DEFAULTS } from '../../../src/tasks/register/config.js';
import type { Ask } from '../../../src/tasks/register/messages.js';
import { Replica, type Votes } from '../../../src/tasks/register/replica.js';

const [a, b, c] = ['a', 'b', 'c'].map(nodeId) as [
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
  ReturnType<typeof nodeId>,
];
const about = { id: 'r', generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1 };
const head = { set: [a, b, c], generation: 0, createdAtMs: 1, digest: 7, bornAtMs: 1 };
const now = { monoMs: 2, wallMs: 2 };

function asked(replica: Replica, from: typeof a, ask: Ask): Votes {
  const votes: Votes = { puts: [], vouched: [], atOnce: [] };
  replica.asked(from, ask, now, votes);
  return votes;
}

/** One that has taken a register from its first coordinator. */
function made(): Replica {
  const replica = new Replica(c, REGISTER_DEFAULTS, new Prng(1));
  const entries = [{ key: 'x', value: 1 }];
  asked(replica, a, { kind: 'accept', ...about, n: 1, seq: 1, entries, head, committed: 0 });
  return replica;
}

describe('a replica that is told what is committed', () => {
  it('should say nothing where it holds the same', () => {
    const replica = made();
    const sum = replica.get('r')!.entries.sum;
    expect(asked(replica, a, { kind: 'committed', ...about, n: 1, committed: 1, sum }).atOnce).to.deep.equal([]);
    expect(replica.get('r')!.isCommitted('x')).to.equal(true);
  });

  it('should say that it is behind where it holds something else, an older ballot, or nothing', () => {
    const behind = (n: number) => [{ kind: 'behind', id: 'r', n }];
    expect(asked(made(), a, { kind: 'committed', ...about, n: 1, committed: 2, sum: 5 }).atOnce).to.deep.equal(
      behind(1),
    );
    expect(asked(made(), b, { kind: 'committed', ...about, n: 2, committed: 2, sum: 5 }).atOnce).to.deep.equal(
      behind(2),
    );
    const empty = new Replica(c, REGISTER_DEFAULTS, new Prng(1));
    expect(asked(empty, a, { kind: 'committed', ...about, n: 1, committed: 1, sum: 5 }).atOnce).to.deep.equal(
      behind(1),
    );
  });

  it('should tell who was deposed and has not noticed: it might place tasks for long without a write', () => {
    const replica = made();
    asked(replica, b, { kind: 'prepare', ...about, n: 2 });
    const { atOnce } = asked(replica, a, { kind: 'committed', ...about, n: 1, committed: 1, sum: 5 });
    expect(atOnce).to.deep.equal([{ kind: 'refused', id: 'r', n: 1, promised: 2, head }]);
  });
});
