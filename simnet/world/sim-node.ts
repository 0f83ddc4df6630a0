import type { Hash32 } from '../../src/kernel/hash.js';
import type { NodeId } from '../../src/kernel/ids.js';
import type { Prng } from '../../src/kernel/prng.js';
import type { TimerToken } from '../../src/kernel/timers.js';
import type { Profile } from '../../src/membership/member.js';
import type { NodeEffect, NodeEvent } from '../../src/node/core/events.js';
import type { ClientRequest, ClientResult } from '../../src/node/core/gateway/requests.js';
import { NodeCore } from '../../src/node/core/node-core.js';
import { readStored } from '../../src/node/core/stored.js';
import type { Disk } from './disk.js';
import type { History } from '../history/history.js';
import type { Network } from './network.js';
import { VirtualRunner } from './runner.js';
import type { World } from './world.js';

export interface SimNodeOptions {
  readonly world: World;
  readonly network: Network;
  readonly disk: Disk;
  readonly history: History;
  readonly hash: Hash32;
  readonly prng: Prng;
  readonly boot: number;
  readonly profile: Profile;
  readonly seeds: readonly (readonly string[])[];
}

/** One boot of one node: performs what its core asks for, on the virtual world. */
export class SimNode {
  readonly core: NodeCore;
  readonly runner: VirtualRunner;
  /** Steps of the core: a node that spins shows here. */
  steps = 0;
  hasJoined = false;
  hasLeft = false;
  #isUp = true;
  readonly #timers = new Map<string, number>();
  readonly #clients = new Map<number, (result: ClientResult | undefined) => void>();
  readonly #queue: NodeEvent[] = [];
  #isStepping = false;
  #nextClient = 0;

  constructor(
    readonly id: NodeId,
    private readonly options: SimNodeOptions,
  ) {
    const { world, network, disk, history, hash, prng, boot, profile, seeds } = options;
    this.core = new NodeCore({
      ...{ self: id, boot, profile, hash, prng, seeds },
      baseEnv: { PATH: '/bin' },
      stored: readStored(disk),
    });
    this.runner = new VirtualRunner(world, hash, (attempt, end) => {
      history.ended(attempt, world.nowMs);
      this.feed({ kind: 'ended', attempt, end });
    });
    network.attach(id, (event) => this.feed(event));
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  start(): void {
    this.feed({ kind: 'start' });
  }

  /** One event into the core; those that its effects bring about at once follow in order. */
  feed(event: NodeEvent): void {
    if (!this.#isUp) return;
    this.#queue.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#queue.shift(); next && this.#isUp; next = this.#queue.shift()) {
      const monoMs = this.options.world.nowMs;
      this.steps += 1;
      for (const effect of this.core.step(next, { monoMs, wallMs: WALL_MS + monoMs })) this.#perform(effect);
    }
    this.#isStepping = false;
  }

  /** @param answered - gets undefined where the node died before it answered */
  request(request: ClientRequest, answered: (result: ClientResult | undefined) => void): void {
    const client = ++this.#nextClient;
    this.#clients.set(client, answered);
    this.feed({ kind: 'client', client, request });
  }

  /** The process is gone, and all that it did not write. */
  die(isDark = false): void {
    const { network, disk, history, world } = this.options;
    this.#isUp = false;
    this.runner.die();
    history.died(this.id, world.nowMs);
    disk.crash();
    network.detach(this.id, isDark);
    for (const answered of this.#clients.values()) answered(undefined);
    this.#clients.clear();
  }

  #perform(effect: NodeEffect): void {
    const { network, disk, history, world } = this.options;
    switch (effect.kind) {
      case 'send':
        return network.send(this.id, effect.to, effect.message, effect.lane);
      case 'publish':
        return network.publish(this.id, effect.message);
      case 'dial':
        return network.dial(this.id, effect.addresses);
      case 'learn':
        return network.learn(this.id, effect.peer, effect.addresses);
      case 'arm':
        return this.#arm(effect.timer, effect.afterMs);
      case 'disarm':
        return void this.#timers.delete(timerName(effect.timer));
      case 'persist':
        return disk.write(effect.puts, () => this.feed({ kind: 'persisted', write: effect.write }));
      case 'load':
        return this.feed({ kind: 'loaded', read: effect.read, entries: disk.range(effect.prefix) });
      case 'start':
        history.started(this.id, effect.attempt, world.nowMs);
        return this.runner.start(effect.attempt, effect.command);
      case 'signal':
        return this.runner.signal(effect.attempt, effect.how);
      case 'read-output':
        return this.feed({ kind: 'output', read: effect.read, chunk: undefined });
      case 'answer': {
        const answered = this.#clients.get(effect.client);
        this.#clients.delete(effect.client);
        return answered?.(effect.result);
      }
      case 'joined':
        this.hasJoined = true;
        return;
      case 'left':
        this.hasLeft = true;
        // What was sent before still goes out, as in the real transport's close.
        return world.after(LAST_WORDS_MS, () => this.#isUp && this.die());
      case 'outdated':
        throw new Error(`${this.id} is told that it had a later boot, ${effect.boot}`);
    }
  }

  #arm(timer: TimerToken, afterMs: number): void {
    const name = timerName(timer);
    this.#timers.set(name, timer.serial);
    this.options.world.after(afterMs, () => {
      if (this.#timers.get(name) !== timer.serial) return;
      this.#timers.delete(name);
      this.feed({ kind: 'timer', timer });
    });
  }
}

/** 1 November 2026, in ms since 1970. */
const WALL_MS = 1_793_491_200_000;
const LAST_WORDS_MS = 100;

function timerName({ owner, name }: TimerToken): string {
  return `${owner} ${name}`;
}
