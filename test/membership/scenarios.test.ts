import { expect } from 'chai';
import type { NodeId } from '../../src/kernel/ids.js';
import { Flock } from './support/flock.js';

const agree = (flock: Flock, ids: readonly NodeId[], alive: number) => () =>
  ids.every((id) => flock.machine(id).counts.alive === alive && flock.node(id).joinedAtMs !== undefined);
const without = (ids: readonly NodeId[], ...gone: readonly NodeId[]) => ids.filter((id) => !gone.includes(id));
const all = (flock: Flock, ids: readonly NodeId[], about: NodeId, state: string) => () =>
  ids.every((id) => flock.sees(id, about) === state);
const SEEDS = [1, 2, 3, 4, 5];

function flockOf(n: number, options: ConstructorParameters<typeof Flock>[0] = {}): { flock: Flock; ids: NodeId[] } {
  const flock = new Flock(options);
  const ids = flock.startMany(n);
  flock.runUntil(`${n} see ${n}`, 2000, agree(flock, ids, n));
  return { flock, ids };
}

for (const seed of SEEDS) {
  describe(`a flock (seed ${seed})`, () => {
    it('should see all five within two seconds', () => {
      const { flock, ids } = flockOf(5, { seed });
      expect(new Set(ids.map((id) => flock.machine(id).viewDigest)).size).to.equal(1);
      flock.run(10_000);
      for (const id of ids) expect(flock.node(id).connected.size).to.equal(4);
      expect(flock.changes.every(({ after }) => after.state === 'alive')).to.equal(true);
    });

    it('should be found by a node that starts before its seed', () => {
      const flock = new Flock({ seed });
      const early = flock.start('early', ['seed']);
      flock.run(10_000);
      expect(flock.node(early).joinedAtMs).to.equal(undefined);
      const late = flock.start('seed');
      flock.runUntil('both joined', 5000, agree(flock, [early, late], 2));
    });

    it('should join though one message in three is lost', () => {
      const flock = new Flock({ seed, loss: 0.33 });
      const ids = flock.startMany(5);
      flock.runUntil('all have joined', 60_000, () => ids.every((id) => flock.node(id).joinedAtMs !== undefined));
      flock.loss = 0;
      flock.runUntil('all see all', 60_000, agree(flock, ids, 5));
    });

    for (const silent of [false, true]) {
      it(`should bury a crashed node within 15 s${silent ? ' though no connection broke' : ''}`, () => {
        const { flock, ids } = flockOf(5, { seed });
        flock.run(5000);
        const victim = ids[seed % 5]!;
        const rest = without(ids, victim);
        flock.crash(victim, silent);
        flock.runUntil('it is dead to all', 15_000, all(flock, rest, victim, 'dead'));
        for (const { after } of flock.changes) if (after.state === 'dead') expect(after.id).to.equal(victim);
        const news = [...flock.published.keys()].filter((id) => id.startsWith(victim) && !id.includes('alive'));
        expect(news.length).to.be.within(2, 5);
      });
    }

    it('should not bury the living while one message in ten is lost', () => {
      const { flock, ids } = flockOf(5, { seed });
      flock.loss = 0.1;
      flock.run(300_000);
      const states = flock.changes.map(({ after }) => after.state);
      expect(states).to.include('suspect');
      expect(states).not.to.include('dead');
      flock.loss = 0;
      flock.runUntil('all are alive to all', 10_000, agree(flock, ids, 5));
    });

    it('should see a restart by its boot, however soon it comes', () => {
      const { flock, ids } = flockOf(5, { seed });
      const node = ids[3]!;
      flock.crash(node);
      flock.run(300);
      flock.start(node, [ids[0]!]);
      const rest = without(ids, node);
      flock.runUntil('boot 2 is seen', 2000, () => rest.every((id) => flock.machine(id).get(node)?.boot === 2));
      for (const id of rest) {
        const restarts = flock.changes.filter((c) => c.at === id && c.before && c.before.boot < c.after.boot);
        expect(restarts.map(({ after }) => after.id)).to.deep.equal([node]);
      }
    });

    it('should see a departure at once, and the return', () => {
      const { flock, ids } = flockOf(5, { seed });
      const node = ids[1]!;
      const rest = without(ids, node);
      flock.leave(node);
      flock.runUntil('it is gone', 500, all(flock, rest, node, 'left'));
      flock.run(60_000);
      expect(all(flock, rest, node, 'left')()).to.equal(true);
      flock.start(node, [ids[0]!]);
      flock.runUntil('it is back', 2000, all(flock, rest, node, 'alive'));
    });

    it('should follow a node that flaps', () => {
      const { flock, ids } = flockOf(5, { seed });
      const node = ids[2]!;
      for (let i = 0; i < 5; i++) {
        flock.crash(node, i % 2 === 0);
        flock.run(700 * (i + 1));
        flock.start(node, [ids[0]!]);
        flock.run(700);
      }
      flock.runUntil('all agree', 5000, agree(flock, ids, 5));
      for (const id of ids) expect(flock.machine(id).get(node)?.boot).to.equal(6);
    });

    it('should bring a flock back that lost its power, seeds or none', () => {
      const { flock, ids } = flockOf(4, { seed });
      flock.run(5000);
      for (const id of ids) flock.crash(id);
      flock.run(1000);
      for (const id of ids) flock.start(id);
      flock.runUntil('all are back', 3000, agree(flock, ids, 4));
    });

    it('should bury together who alone does not come back from a power loss', () => {
      const { flock, ids } = flockOf(20, { seed });
      flock.run(5000);
      for (const id of ids) flock.crash(id);
      flock.run(1000);
      const back = ids.slice(1);
      for (const id of back) flock.start(id);
      const [gone] = ids as [NodeId];
      flock.runUntil('it is dead to all', 20_000, all(flock, back, gone, 'dead'));
      flock.start(gone);
      flock.runUntil('it is back', 5000, agree(flock, ids, 20));
    });

    it('should not let a node that stood still bury its peers', () => {
      const { flock, ids } = flockOf(5, { seed });
      flock.run(5000);
      const node = ids[4]!;
      flock.freeze(node, 20_000);
      flock.run(20_000);
      expect(all(flock, without(ids, node), node, 'dead')()).to.equal(true);
      flock.runUntil('it refuted', 5000, agree(flock, ids, 5));
      const buried = flock.changes.filter(({ at, after }) => at === node && after.state === 'dead');
      expect(buried).to.deep.equal([]);
    });

    it('should stretch the health score of a node whose loop lags', () => {
      const { flock, ids } = flockOf(5, { seed });
      const node = ids[4]!;
      for (let i = 0; i < 10; i++) {
        flock.freeze(node, 1900);
        flock.run(2000);
      }
      const armed = flock.effects.flatMap(({ at, effect }) =>
        at === node && effect.kind === 'arm' && effect.timer.name === 'probe' ? [effect.afterMs] : [],
      );
      expect(Math.max(...armed)).to.be.at.least(2000);
      flock.runUntil('it is well again', 60_000, () => flock.machine(node).healthScore === 0);
    });
  });
}

describe('a flock of a hundred', () => {
  it('should join, and bury those that crash together, and nobody else', () => {
    const { flock, ids } = flockOf(100, { seed: 11, validateEvery: 500 });
    flock.run(20_000);
    const dead = ids.slice(20, 25);
    for (const id of dead) flock.crash(id);
    const rest = without(ids, ...dead);
    flock.runUntil('they are dead to all', 30_000, () => dead.every((id) => all(flock, rest, id, 'dead')()));
    const buried = new Set(flock.changes.filter(({ after }) => after.state === 'dead').map(({ after }) => after.id));
    expect([...buried].sort()).to.deep.equal(dead);
    const perDeath = [...flock.published.keys()].filter((id) => !id.includes('alive')).length / dead.length;
    expect(perDeath).to.be.at.most(9);
  });
});
