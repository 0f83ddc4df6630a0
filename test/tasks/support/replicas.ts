import type { NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import type { RegisterNews } from '../../../src/tasks/replication/effects.js';
import type { ProposalAsk } from '../../../src/tasks/replication/proposals.js';
import type { ReplicationEffect, ReplicationEvent } from '../../../src/tasks/replication/events.js';
import { Replication } from '../../../src/tasks/replication/replication.js';

export const IDS = ['a', 'b', 'c'] as NodeId[];
const OUTCOME = { how: 'succeeded', finishedAtMs: 5, stdoutTail: new Uint8Array(), stderrTail: new Uint8Array() };
export const recordOf = (exitCode: number) => ({
  ...{ index: 0, state: 'succeeded', epoch: 7, executor: 'a', attempts: 1, failures: 0, losses: 0, path: [] },
  outcome: { ...OUTCOME, exitCode, stdoutBytes: 0, stderrBytes: 0 },
});
export const TASK = 'task/0000000000';

/** Three nodes' registers over a little network whose messages arrive at once between those that are up. */
export class Replicas {
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

export const kept = (flock: Replicas) => [...flock.stored.keys()].filter((key) => key.includes('degraded/'));
