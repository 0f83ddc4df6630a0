import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { Succession, SUCCESSION_DEFAULTS } from '../../../src/tasks/replication/succession.js';
import { node } from '../support/fixtures.js';

const SET = ['a', 'b', 'c'].map(node);

/** What one replica of registers of a, b and c would take over. */
class Rig {
  readonly away = new Set<NodeId>();
  readonly open = new Set<string>();
  readonly line: Succession;

  constructor(self = 'b', config = {}) {
    this.line = new Succession(node(self), (id) => !this.away.has(id), { ...SUCCESSION_DEFAULTS, ...config });
  }

  due(nowMs: number): string[] {
    return this.line.due(nowMs, (id) => this.open.has(id));
  }
}

describe('a takeover', () => {
  it('should be due to nobody while the coordinator is there', () => {
    const rig = new Rig();
    rig.line.watch('r', node('a'), SET);
    expect(rig.due(60_000)).to.deep.equal([]);
  });

  it('should be due to the first of the set that is there, then after a while to the next', () => {
    const [b, c] = [new Rig('b'), new Rig('c')];
    for (const rig of [b, c]) {
      rig.line.watch('r', node('a'), SET);
      rig.away.add(node('a'));
    }
    expect([b.due(0), c.due(0)]).to.deep.equal([['r'], []]);
    expect([c.due(1_999), c.due(2_000)]).to.deep.equal([[], ['r']]);
  });

  it('should be due to nobody else until a node that joins can know who is there', () => {
    const rig = new Rig();
    rig.away.add(node('a'));
    rig.line.joined(1_000);
    rig.line.watch('r', node('a'), SET);
    rig.line.watch('own', node('b'), SET);
    expect(rig.due(1_000)).to.deep.equal(['own']);
    expect(rig.due(1_000 + SUCCESSION_DEFAULTS.settleMs)).to.include('r');
  });

  it('should go on before the next look where more are due than may be tried at one time', () => {
    const rig = new Rig('b', { tryingMax: 4 });
    for (let i = 0; i < 6; i++) rig.line.watch(`r${i}`, node('b'), SET);
    const first = rig.due(0);
    expect(first).to.have.length(4);
    for (const id of first) rig.line.trying(id);
    expect(rig.line.wantsMore, 'all are under way').to.equal(false);
    for (const id of first.slice(0, 2)) {
      rig.line.tried(id, 1);
      rig.open.add(id);
    }
    expect(rig.line.wantsMore).to.equal(true);
    expect(rig.due(1)).to.deep.equal(['r4', 'r5']);
    expect(rig.line.wantsMore, 'nothing more waits').to.equal(false);
  });

  it('should be due at once to the next where the one before it is away too', () => {
    const rig = new Rig('c');
    rig.line.watch('r', node('a'), SET);
    rig.away.add(node('a')).add(node('b'));
    expect(rig.due(0)).to.deep.equal(['r']);
  });

  it('should wait its turn anew where the coordinator was there in between', () => {
    const rig = new Rig('c');
    rig.line.watch('r', node('a'), SET);
    rig.away.add(node('a'));
    rig.due(0);
    rig.away.clear();
    rig.due(1_500);
    rig.away.add(node('a'));
    expect([rig.due(2_500), rig.due(4_499), rig.due(4_500)]).to.deep.equal([[], [], ['r']]);
  });

  it('should be due to who coordinated it itself before a restart, at once', () => {
    const rig = new Rig('b');
    rig.line.watch('r', node('b'), SET);
    expect(rig.due(0)).to.deep.equal(['r']);
    rig.open.add('r');
    expect(rig.due(9_000), 'not what is open').to.deep.equal([]);
  });

  it('should be due where the coordinator is none of the replicas any more', () => {
    const rig = new Rig('a');
    rig.line.watch('r', node('z'), SET);
    expect(rig.due(0)).to.deep.equal(['r']);
    rig.line.watch('r', node('c'), SET);
    expect(rig.due(60_000), 'somebody has it').to.deep.equal([]);
  });

  it('should not be tried twice at a time, and after a try only when it has rested', () => {
    const rig = new Rig();
    rig.line.watch('r', node('a'), SET);
    rig.away.add(node('a'));
    rig.line.trying('r');
    expect(rig.due(0)).to.deep.equal([]);
    rig.line.tried('r', 100);
    expect([rig.due(5_099), rig.due(5_100)]).to.deep.equal([[], ['r']]);
  });

  it('should be under way for so many registers at a time', () => {
    const rig = new Rig('b', { tryingMax: 3 });
    for (let i = 0; i < 5; i++) rig.line.watch(`r${i}`, node('a'), SET);
    rig.away.add(node('a'));
    const first = rig.due(0);
    expect(first).to.deep.equal(['r0', 'r1', 'r2']);
    for (const id of first) rig.line.trying(id);
    expect(rig.due(1)).to.deep.equal([]);
    rig.line.tried('r0', 1);
    expect(rig.due(1)).to.deep.equal(['r3']);
  });

  it('should not be due of what is finished', () => {
    const rig = new Rig();
    rig.line.watch('r', node('a'), SET);
    rig.away.add(node('a'));
    rig.line.unwatch('r');
    expect([rig.due(0), rig.line.size]).to.deep.equal([[], 0]);
  });
});

describe('a reminder', () => {
  it('should go to coordinators that are there, now and then', () => {
    const rig = new Rig();
    rig.line.watch('r', node('a'), SET);
    rig.line.watch('s', node('c'), SET);
    rig.line.watch('own', node('b'), SET);
    rig.away.add(node('c'));
    expect(rig.line.reminders(9_999)).to.deep.equal([]);
    expect(rig.line.reminders(10_000)).to.deep.equal([{ to: 'a', ids: ['r'] }]);
    expect(rig.line.reminders(19_999)).to.deep.equal([]);
  });

  it('should name all in turn where they are many', () => {
    const rig = new Rig('b', { remindedMax: 2 });
    for (const id of ['r', 's', 't']) rig.line.watch(id, node('a'), SET);
    const named = [10_000, 20_000, 30_000].map((nowMs) => rig.line.reminders(nowMs)[0]?.ids);
    expect(named).to.deep.equal([
      ['r', 's'],
      ['t', 'r'],
      ['s', 't'],
    ]);
  });
});
