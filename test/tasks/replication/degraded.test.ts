import { expect } from 'chai';
import type { NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import { epochRange, isDegraded, EPOCHS_PER_BALLOT } from '../../../src/tasks/register/epochs.js';
import type { RegisterNews } from '../../../src/tasks/replication/effects.js';
import type { ProposalAsk } from '../../../src/tasks/replication/proposals.js';
import type { ReplicationEffect, ReplicationEvent } from '../../../src/tasks/replication/events.js';
import { Replication } from '../../../src/tasks/replication/replication.js';

const IDS = ['a', 'b', 'c'] as NodeId[];
const OUTCOME = { how: 'succeeded', finishedAtMs: 5, stdoutTail: new Uint8Array(), stderrTail: new Uint8Array() };
const record = (exitCode: number) => ({
  ...{ index: 0, state: 'succeeded', epoch: 7, executor: 'a', attempts: 1, failures: 0, losses: 0, path: [] },
  outcome: { ...OUTCOME, exitCode, stdoutBytes: 0, stderrBytes: 0 },
});
const TASK = 'task/0000000000';

/** Three nodes' registers over a little network whose messages arrive at once between those that are up. */
class Flock {
  readonly up = new Set<NodeId>(IDS);
  /** Dead, and not noticed yet. */
  readonly mute = new Set<NodeId>();
  readonly news = new Map<NodeId, RegisterNews<string>[]>(IDS.map((id) => [id, []]));
  readonly asks: { readonly from: NodeId; readonly ask: ProposalAsk }[] = [];
  readonly stored = new Map<string, unknown>();
  nowMs = 0;
  readonly #nodes = new Map<NodeId, Replication<string>>();
  readonly #timers = new Map<string, { at: number; node: NodeId; timer: TimerToken }>();

  constructor(readonly contract = 'at-least-once') {
    for (const id of IDS) {
      this.#nodes.set(
        id,
        new Replication<string>({
          ...{ self: id, prng: new Prng(1), isHere: (n) => this.up.has(n), isReachable: (n) => this.up.has(n) },
          isGone: (n) => !this.up.has(n),
          chooseSet: () => IDS,
          flock: {
            standingOf: (n) => (this.up.has(n) ? 'here' : 'dead'),
            candidates: () => [...this.up],
            staying: () => 3,
          },
        }),
      );
      this.step(id, { kind: 'joined' });
    }
    const spec = { name: '', contract };
    const entries = [
      { key: 'spec', value: spec },
      { key: 'job', value: { job: 'j', range: { first: 0, step: 1, count: 1 } } },
      { key: 'shard', value: { job: 'j', shard: 0, range: { first: 0, step: 1, count: 1 }, cancelled: false } },
    ];
    this.step('a' as NodeId, { kind: 'create', register: 'j', set: IDS, createdAtMs: 1_000_000, entries });
  }

  step(node: NodeId, event: ReplicationEvent<string>): void {
    if (!this.up.has(node) || this.mute.has(node)) return;
    const machine = this.#nodes.get(node)!;
    for (const effect of machine.step(event, this.now)) this.#perform(node, effect);
  }

  get now() {
    return { monoMs: this.nowMs, wallMs: 1_000_000 + this.nowMs };
  }

  node(id: string): Replication<string> {
    return this.#nodes.get(id as NodeId)!;
  }

  opened(id: string) {
    return this.news.get(id as NodeId)!.flatMap((news) => (news.kind === 'opened' ? [news] : []));
  }

  pass(ms: number): void {
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      this.nowMs += 250;
      for (const [name, { at, node, timer }] of [...this.#timers]) {
        if (at > this.nowMs || !this.up.has(node)) continue;
        this.#timers.delete(name);
        this.step(node, { kind: 'timer', timer });
      }
    }
  }

  #perform(node: NodeId, effect: ReplicationEffect<string>): void {
    switch (effect.kind) {
      case 'send':
        return this.step(effect.to, { kind: 'message', from: node, message: effect.message });
      case 'commit':
        for (const { key, value } of effect.puts) {
          if (value === undefined) this.stored.delete(`${node} ${key}`);
          else this.stored.set(`${node} ${key}`, value);
        }
        return this.step(node, { kind: 'committed', tag: effect.tag });
      case 'ask':
        return void this.asks.push({ from: node, ask: effect });
      case 'news':
        return void this.news.get(node)!.push(effect.news);
      case 'arm':
        return void this.#timers.set(`${node} ${effect.timer.owner} ${effect.timer.name}`, {
          at: this.nowMs + effect.afterMs,
          node,
          timer: effect.timer,
        });
      default:
        return;
    }
  }
}

const kept = (flock: Flock) => [...flock.stored.keys()].filter((key) => key.includes('degraded/'));

describe('a survivor of a replica set', () => {
  const lonely = (contract?: string): Flock => {
    const flock = new Flock(contract);
    flock.pass(2_000);
    expect(flock.opened('a')).to.have.length(1);
    flock.up.delete('b' as NodeId);
    flock.up.delete('c' as NodeId);
    return flock;
  };
  const write = (flock: Flock, node: string, exitCode: number) => {
    const entries = [{ key: TASK, value: record(exitCode) }];
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
    const flock = new Flock();
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
    const flock = new Flock();
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
    const value = flock.stored.get(`a entry/j/${TASK}`) as { value: ReturnType<typeof record> } | undefined;
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
