import { Ajv } from 'ajv';
import { encode } from 'cbor-x';
import { expect } from 'chai';
import { nodeId } from '../../src/kernel/ids.js';
import type { MemberState } from '../../src/membership/member.js';
import {
  DIGEST_LINES_MAX,
  MEMBERSHIP_MESSAGES,
  rumourId,
  STATES_MAX,
  type MembershipMessage,
} from '../../src/membership/messages.js';
import { Flock } from './support/flock.js';
import { state } from './support/states.js';

const ajv = new Ajv({ strict: false });
const fits = (message: MembershipMessage) => ajv.compile(MEMBERSHIP_MESSAGES[message.kind])(message);

const FRAME_BYTES_MAX = 2 ** 20;
const entries = (n: number, value: (key: string) => unknown, width: number) =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [String(i).padStart(width, 'k'), value(String(i))]));

/** A member whose every field is as long as it may be, in letters of three bytes. */
function hugeState(): MemberState {
  const long = (n: number) => '日'.repeat(n);
  const custom = entries(64, () => 1e15, 100) as Record<string, number>;
  const labels = entries(32, () => long(128), 63) as Record<string, string>;
  const addresses = Array.from({ length: 8 }, () => long(200));
  const capacity = { cpus: 1e5, memBytes: 1e15, gpus: 1e5, custom };
  const profile = { addresses, capacity, labels, zone: long(64), speed: 1000, version: long(32) };
  const highest = Number.MAX_SAFE_INTEGER;
  return { id: nodeId('x'.repeat(64)), boot: highest, n: highest, state: 'suspect', draining: true, profile };
}

describe('messages', () => {
  it('should fit their schemas, whatever a flock says', () => {
    const flock = new Flock({ seed: 5, loss: 0.1 });
    const ids = flock.startMany(4);
    flock.run(5000);
    flock.crash(ids[1]!, true);
    flock.split(ids.slice(0, 2), ids.slice(2));
    flock.run(40_000);
    flock.heal();
    flock.run(40_000);
    const said = flock.effects.flatMap(({ effect }) =>
      effect.kind === 'send' || effect.kind === 'publish' ? [effect.message] : [],
    );
    for (const message of said) expect(fits(message), JSON.stringify(message)).to.equal(true);
    expect([...new Set(said.map(({ kind }) => kind))].sort()).to.deep.equal(Object.keys(MEMBERSHIP_MESSAGES).sort());
  });

  it('should refuse what is out of bounds', () => {
    const member = state('x');
    const rumour: MembershipMessage = { kind: 'swim.rumour', id: 'x', rumour: { member, slot: 0 } };
    expect(fits(rumour)).to.equal(true);
    expect(fits({ ...rumour, rumour: { member, slot: 8 } })).to.equal(false);
    expect(fits({ ...rumour, rumour: { member: { ...member, n: -1 }, slot: 0 } })).to.equal(false);
    expect(fits({ ...rumour, extra: 1 } as MembershipMessage)).to.equal(false);
    const labels = { 'no blanks': 'x' };
    expect(
      fits({ ...rumour, rumour: { member: { ...member, profile: { ...member.profile, labels } }, slot: 0 } }),
    ).to.equal(false);
  });

  it('should fit a frame with every field at its bound', () => {
    const member = hugeState();
    const longest = nodeId('x'.repeat(64));
    const want = Array.from({ length: DIGEST_LINES_MAX }, () => longest);
    const members = Array.from({ length: STATES_MAX }, () => structuredClone(member));
    const states: MembershipMessage = { kind: 'swim.states', members, want, done: true };
    const { id, boot, n } = member;
    const lines = Array.from({ length: DIGEST_LINES_MAX }, () => ({ id, boot, n, state: 'suspect' as const }));
    const digest: MembershipMessage = { kind: 'swim.digest', after: '', upTo: '', lines };
    for (const message of [states, digest]) {
      expect(fits(message), JSON.stringify(ajv.errors)).to.equal(true);
      expect(encode(message).length).to.be.within(1, 0.8 * FRAME_BYTES_MAX);
    }
  });

  it('should name a rumour by subject, incarnation and state, a suspicion by its slot too', () => {
    expect(rumourId({ member: state('x', 'dead', 3, 2), slot: 0 })).to.equal('x/3.2/dead');
    expect(rumourId({ member: state('x', 'suspect', 3, 2), slot: 5 })).to.equal('x/3.2/suspect/5');
    expect(rumourId({ member: hugeState(), slot: 7 }).length).to.be.at.most(160);
  });

  it('should be the same bytes from every node that publishes one rumour', () => {
    const flock = new Flock({ seed: 9 });
    const ids = flock.startMany(12);
    flock.run(5000);
    flock.crash(ids[7]!);
    flock.run(30_000);
    const bytes = new Map<string, Set<string>>();
    const publishers = new Map<string, Set<string>>();
    for (const { at, effect } of flock.effects) {
      if (effect.kind !== 'publish') continue;
      const { id } = effect.message;
      bytes.set(id, (bytes.get(id) ?? new Set()).add(encode(effect.message).toString('hex')));
      publishers.set(id, (publishers.get(id) ?? new Set()).add(at));
    }
    for (const [id, variants] of bytes) expect(variants.size, id).to.equal(1);
    expect(publishers.get('n007/1.0/dead')?.size).to.be.above(1);
    expect([...bytes.keys()].filter((id) => id.startsWith('n007') && id.includes('suspect')).length).to.be.within(3, 8);
  });
});
