import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { epochRange, isDegraded, EPOCHS_PER_BALLOT } from '../../../src/tasks/register/epochs.js';
import { IDS, kept, recordOf, Replicas, TASK } from '../support/replicas.js';

describe('a survivor of a replica set', () => {
  const lonely = (contract?: string): Replicas => {
    const flock = new Replicas(contract);
    flock.pass(2_000);
    expect(flock.opened('a')).to.have.length(1);
    flock.up.delete('b' as NodeId);
    flock.up.delete('c' as NodeId);
    return flock;
  };
  const write = (flock: Replicas, node: string, exitCode: number) => {
    const entries = [{ key: TASK, value: recordOf(exitCode) }];
    flock.step(node as NodeId, { kind: 'write', register: 'j', entries, tag: 'w' });
  };

  it('should go on alone no sooner than a majority was dead for a minute', () => {
    const flock = lonely();
    flock.pass(59_000);
    expect(flock.opened('a')).to.have.length(1);
    flock.pass(5_000);
    const [, alone] = flock.opened('a');
    expect(alone?.degraded).to.include({ place: 0, gone: 2 });
    expect(alone?.entries.has('spec')).to.equal(true);
    expect(flock.node('a').places.placeOf('j').kind).to.equal('here');
  });

  it('should go on alone though it has noticed one death long before the others', () => {
    const flock = new Replicas();
    flock.pass(2_000);
    flock.up.delete('b' as NodeId);
    flock.up.add('d' as NodeId);
    flock.mute.add('c' as NodeId).add('d' as NodeId);
    write(flock, 'a', 3);
    flock.pass(30_000);
    expect(flock.stored.get('a register/j'), 'c could not hear that d is to take the place of b').to.include({
      seal: undefined,
    });
    flock.up.delete('c' as NodeId);
    flock.pass(65_000);
    expect(flock.opened('a').at(-1)?.degraded).to.include({ place: 0, gone: 2 });
  });

  it('should never go on alone with what is at-most-once', () => {
    const flock = lonely('at-most-once');
    flock.pass(200_000);
    expect(flock.opened('a').filter(({ degraded }) => degraded)).to.deep.equal([]);
  });

  it('should keep what it records alone apart, and propose it once when another is back', () => {
    const flock = lonely();
    flock.pass(65_000);
    write(flock, 'a', 3);
    expect(flock.news.get('a' as NodeId)!.at(-1)).to.deep.equal({ kind: 'written', register: 'j', tag: 'w' });
    expect(flock.stored.has(`a degraded/j/${TASK}`)).to.equal(true);
    expect(flock.stored.has(`a entry/j/${TASK}`)).to.equal(false);
    expect(flock.asks).to.deep.equal([]);

    flock.up.add('b' as NodeId);
    flock.pass(10_000);
    const alone = flock.opened('a').find(({ degraded }) => degraded)!;
    const healed = flock.opened('a').at(-1)!;
    expect(healed.degraded).to.equal(undefined);
    expect(healed.entries.has(TASK), 'nothing is committed by itself').to.equal(false);
    expect(healed.ballot).to.be.greaterThan(alone.ballot);
    expect(flock.asks).to.have.length(1);
    const { ask } = flock.asks[0]!;
    expect(ask.message).to.include({ kind: 'task.result', job: 'j', shard: 0, index: 0, epoch: 7 });
    expect((ask.message as { outcome?: object }).outcome).to.include({ exitCode: 3, degraded: true });
    expect(flock.node('a').survivor.healing.held('b' as NodeId, [{ job: 'j' as never, shard: 0 }])).to.have.length(1);

    flock.step('a' as NodeId, { kind: 'reply', from: 'b' as NodeId, tag: ask.tag, message: { kind: 'task.recorded' } });
    expect(kept(flock)).to.deep.equal([]);
    flock.pass(10_000);
    expect(flock.asks).to.have.length(1);
  });

  it('should propose what the last coordinator had accepted here and perhaps nowhere else: it tells it as ended', () => {
    const flock = new Replicas();
    flock.pass(2_000);
    flock.mute.add('b' as NodeId).add('c' as NodeId);
    write(flock, 'a', 3);
    expect(flock.stored.has(`a entry/j/${TASK}`)).to.equal(true);
    flock.up.delete('b' as NodeId);
    flock.up.delete('c' as NodeId);
    flock.pass(65_000);
    expect(flock.opened('a').at(-1)?.degraded).to.include({ gone: 2 });
    expect(kept(flock)).to.deep.equal([`a degraded/j/${TASK}`]);

    flock.mute.clear();
    flock.up.add('b' as NodeId);
    flock.pass(10_000);
    expect(flock.asks.map(({ ask }) => ask.message)).to.have.length(1);
    expect(flock.asks[0]!.ask.message).to.include({ kind: 'task.result', job: 'j', shard: 0, index: 0, epoch: 7 });
  });

  it('should refuse a majority without it that would go on under lower epochs', () => {
    const flock = lonely();
    flock.pass(65_000);
    const { ballot } = flock.opened('a').find(({ degraded }) => degraded)!;
    const refusals = (id: string, n: number) => {
      const asked = [{ job: 'j' as never, shard: 0, ballot: n }];
      return flock
        .node(id)
        .places.refusals(asked)
        .map(({ id: register, n: of, promised }) => [register, of, promised]);
    };
    expect(refusals('a', ballot - 1)).to.deep.equal([['j', ballot - 1, ballot]]);
    expect(refusals('a', ballot)).to.deep.equal([['j', ballot, ballot]]);
    expect(refusals('a', ballot + 1)).to.deep.equal([]);
    expect(refusals('b', 1), 'it has promised to another').to.deep.equal([]);
  });

  it('should not overrule what a majority committed without it', () => {
    const flock = lonely();
    flock.pass(65_000);
    write(flock, 'a', 3);
    // The other side of a partition.
    flock.up.delete('a' as NodeId);
    flock.up.add('b' as NodeId).add('c' as NodeId);
    flock.pass(20_000);
    const other = IDS.slice(1).find((id) => flock.node(id).places.placeOf('j').kind === 'here')!;
    write(flock, other, 4);
    flock.up.add('a' as NodeId);
    flock.pass(30_000);
    const value = flock.stored.get(`a entry/j/${TASK}`) as { value: ReturnType<typeof recordOf> } | undefined;
    expect(value?.value.outcome.exitCode).to.equal(4);
    expect(flock.node('a').survivor.isOpen('j')).to.equal(false);
  });
});

describe('epochs without a majority', () => {
  it('should be of three ranges that nobody shares', () => {
    const ranges = [undefined, 0, 1, 2].map((place) => epochRange(place));
    for (const [i, { first, size }] of ranges.entries()) {
      expect(first).to.equal(i === 0 ? 0 : ranges[i - 1]!.first + ranges[i - 1]!.size);
      for (const epoch of [first + 1, first + size - 1]) {
        expect(epoch).to.be.lessThan(EPOCHS_PER_BALLOT);
        expect(isDegraded(9 * EPOCHS_PER_BALLOT + epoch)).to.equal(i > 0);
      }
    }
    expect(() => epochRange(3)).to.throw('replica 3 of 3');
  });
});
