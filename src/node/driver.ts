import type { Ended, Runner, RunnerEvents } from '../executor/runner.js';
import { CoveyError } from '../kernel/errors.js';
import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { TimerToken } from '../kernel/timers.js';
import type { NodeEffect, NodeEvent } from './core/events.js';
import type { ClientRequest, Requests, RequestName } from './core/gateway/requests.js';
import type { NodeCore } from './core/node-core.js';
import type { Store, Transport, TransportEvents } from './core/ports.js';
import type { Message } from './core/wire.js';

export interface DriverPorts {
  readonly core: NodeCore;
  readonly transport: Transport<Message>;
  readonly store: Store;
  readonly runner: Runner;
  readonly now: () => Now;
  /** A broken invariant, or an old copy of a data directory: the node must stop. */
  readonly onFatal: (error: Error) => void;
}

/** Performs what the core asks for, and brings back to it what comes of that. The only place where both meet. */
export class Driver {
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #clients = new Map<number, (result: Extract<NodeEffect, { kind: 'answer' }>['result']) => void>();
  readonly #queue: NodeEvent[] = [];
  readonly #joined: Promise<void>;
  readonly #left: Promise<number>;
  #onJoined: () => void = () => undefined;
  #onLeft: (records: number) => void = () => undefined;
  #nextClient = 0;
  #isStarted = false;
  #isStepping = false;
  #isStopped = false;

  constructor(private readonly ports: DriverPorts) {
    this.#joined = new Promise((resolve) => (this.#onJoined = resolve));
    this.#left = new Promise((resolve) => (this.#onLeft = resolve));
  }

  /** Resolves when the flock has been found, or there is none to find. */
  get joined(): Promise<void> {
    return this.#joined;
  }

  /** The core's first event; whatever came before follows it. */
  start(): void {
    this.#isStarted = true;
    const early = this.#queue.splice(0);
    const { store } = this.ports;
    store.watch(() => this.feed(stateOf(store)));
    // Before the start, which may want to write.
    const first: NodeEvent[] = store.health().isOk ? [] : [stateOf(store)];
    for (const event of [...first, { kind: 'start' as const }, ...early]) this.feed(event);
  }

  /** One event into the core; those that its effects bring about follow in the order in which they came. */
  feed(event: NodeEvent): void {
    if (this.#isStopped) return;
    this.#queue.push(event);
    if (this.#isStepping || !this.#isStarted) return;
    this.#isStepping = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    } finally {
      this.#isStepping = false;
    }
  }

  /**
   * Asks the node something on behalf of a client.
   *
   * @throws CoveyError as the conversation ends in one
   */
  request<Name extends RequestName>(
    request: Extract<ClientRequest, { readonly op: Name }>,
    signal?: AbortSignal,
  ): Promise<Requests[Name]['gets']> {
    const client = ++this.#nextClient;
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        if (this.#clients.delete(client)) this.feed({ kind: 'client-gone', client });
      };
      this.#clients.set(client, (result) => {
        signal?.removeEventListener('abort', onAbort);
        if (result.isOk) resolve(result.value);
        else reject(result.error);
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.feed({ kind: 'client', client, request });
      if (signal?.aborted === true) onAbort();
    });
  }

  /**
   * Hands back what is held and tells the flock; resolves when that is done, with how many records nobody took, or with 0 where
   * the driver stopped before.
   */
  leave(): Promise<number> {
    this.feed({ kind: 'leave' });
    return this.#left;
  }

  /** No event is taken up any more and no timer fires. */
  stop(): void {
    this.#isStopped = true;
    this.#queue.length = 0;
    for (const handle of this.#timers.values()) clearTimeout(handle);
    this.#timers.clear();
    this.#onLeft(0);
  }

  #step(event: NodeEvent): void {
    for (const effect of this.ports.core.step(event, this.ports.now())) {
      if (this.#isStopped) return;
      this.#perform(effect);
    }
  }

  #fail(error: Error): void {
    if (this.#isStopped) return;
    this.stop();
    this.ports.onFatal(error);
  }

  #perform(effect: NodeEffect): void {
    const { transport, store, runner } = this.ports;
    switch (effect.kind) {
      case 'send':
        return transport.send(effect.to, effect.message, effect.lane);
      case 'publish':
        return transport.publish(effect.topic, effect.message);
      case 'dial':
        return transport.dial(effect.addresses);
      case 'hang-up':
        return transport.hangUp(effect.peer);
      case 'learn':
        return transport.learn(effect.peer, effect.addresses);
      case 'arm':
        return this.#arm(effect.timer, effect.afterMs);
      case 'disarm':
        return this.#disarm(keyOf(effect.timer));
      case 'persist':
        return store.write(effect.puts, (error) => {
          // A key that no store could take is a bug; anything else is the disk's, and passes.
          if (error instanceof RangeError) return this.#fail(error);
          this.feed({ kind: error ? 'persist-failed' : 'persisted', write: effect.write });
        });
      case 'load':
        return this.feed({ kind: 'loaded', read: effect.read, entries: store.range(effect.prefix, effect.page) });
      case 'start':
        return runner.start(effect.attempt, effect.command);
      case 'start-together':
        return runner.startTogether(effect.starts);
      case 'next':
        return runner.next(effect.next);
      case 'signal':
        return runner.signal(effect.attempt, effect.how);
      case 'read-output':
        return runner.read(effect.attempt, effect.stream, effect.range, (chunk) => {
          this.feed({ kind: 'output', read: effect.read, chunk });
        });
      case 'answer': {
        const answer = this.#clients.get(effect.client);
        this.#clients.delete(effect.client);
        return answer?.(effect.result);
      }
      case 'joined':
        return this.#onJoined();
      case 'left':
        return this.#onLeft(effect.records);
      case 'outdated':
        return this.#fail(
          new CoveyError(
            'held',
            `the flock knows a later start of this node (${effect.boot}): its data directory is an old copy, or a copy of it runs elsewhere`,
            'see that no other process has its node.key; started again, it holds back until its peers have made good what it may have forgotten',
          ),
        );
    }
  }

  #arm(timer: TimerToken, afterMs: number): void {
    const key = keyOf(timer);
    clearTimeout(this.#timers.get(key));
    const leftMs = afterMs - TIMEOUT_MAX_MS;
    const fire = () => {
      if (leftMs > 0) return this.#arm(timer, leftMs);
      this.#timers.delete(key);
      this.feed({ kind: 'timer', timer });
    };
    this.#timers.set(key, setTimeout(fire, Math.min(afterMs, TIMEOUT_MAX_MS)));
  }

  #disarm(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }
}

function stateOf(store: Store): NodeEvent {
  const { isOk, reason } = store.health();
  return { kind: 'store', isOk, ...(reason === undefined ? {} : { reason }) };
}

/** The longest that `setTimeout` takes; anything beyond that would fire at once. */
const TIMEOUT_MAX_MS = 2 ** 31 - 1;

function keyOf(timer: TimerToken): string {
  return `${timer.owner} ${timer.name}`;
}

/** Where adapters made before the driver deliver their events: they wait until it is there. */
export class Inbox implements TransportEvents<Message>, RunnerEvents {
  readonly #early: NodeEvent[] = [];
  readonly #reasons = new Map<string, string>();
  #driver: Driver | undefined;

  /** @param warn - told of every address that cannot be reached, once for each reason */
  constructor(private readonly warn: (message: string) => void) {}

  attach(driver: Driver): void {
    this.#driver = driver;
    for (const event of this.#early.splice(0)) driver.feed(event);
  }

  message(from: NodeId, message: Message): void {
    this.#feed({ kind: 'message', from, message });
  }

  gossip(_topic: string, message: Message): void {
    this.#feed({ kind: 'gossip', message });
  }

  connected(peer: NodeId): void {
    this.#feed({ kind: 'connected', peer });
  }

  disconnected(peer: NodeId): void {
    this.#feed({ kind: 'disconnected', peer });
  }

  unreachable(addresses: readonly string[], reason: string): void {
    const place = addresses.join(' ');
    if (this.#reasons.get(place) !== reason) this.warn(`${place} cannot be reached: ${reason}`);
    this.#reasons.set(place, reason);
    this.#feed({ kind: 'unreachable', addresses });
  }

  ended(...[attempt, end, follower]: Parameters<RunnerEvents['ended']>): void {
    this.#feed({ kind: 'ended', attempt, end, ...(follower ? { follower } : {}) });
  }

  endedTogether(ends: readonly Ended[]): void {
    this.#feed({ kind: 'ended-together', ends });
  }

  progress(...[attempt, progress]: Parameters<RunnerEvents['progress']>): void {
    this.#feed({ kind: 'progress', attempt, progress });
  }

  #feed(event: NodeEvent): void {
    if (this.#driver) this.#driver.feed(event);
    else this.#early.push(event);
  }
}
