import { known } from '../kernel/assert.js';
import { CoveyError } from '../kernel/errors.js';
import { compareText, type NodeId } from '../kernel/ids.js';
import type { Hash32 } from '../kernel/hash.js';
import type { Prng } from '../kernel/prng.js';
import { DigestSchema, QUEUES_MAX, QueueSchema, type Queue, type QueueSettings } from '../kernel/queues.js';
import { list, record, Type, type Static } from '../kernel/schema.js';
import { TimerBook, type TimerEffect, type TimerToken } from '../kernel/timers.js';

/** Between two looks at what somebody else knows. */
const SYNC_MS = 10_000;
/** To so many is told what is new; each of them tells so many again. */
const FANOUT = 4;
/** Of those that are told at a time. Gone ones are remembered too. */
const TOLD_MAX = 2 * QUEUES_MAX;

export const QUEUE_MESSAGES = {
  /** What the sender knows; told once in a while to somebody. */
  'queue.digest': record({ kind: Type.Literal('queue.digest'), digest: DigestSchema }),
  /** `all`: that is all the sender knows, and it asks for what it does not. */
  'queue.tell': record({ kind: Type.Literal('queue.tell'), queues: list(QueueSchema, TOLD_MAX), all: Type.Boolean() }),
};
export type QueueMessage = {
  [K in keyof typeof QUEUE_MESSAGES]: Static<(typeof QUEUE_MESSAGES)[K]>;
}[keyof typeof QUEUE_MESSAGES];

interface Port {
  readonly self: NodeId;
  readonly prng: Prng;
  readonly hash: Hash32;
  /** All others that live. */
  peers(): readonly NodeId[];
  send(to: NodeId, message: QueueMessage): void;
  store(queues: readonly Queue[]): void;
  timer(effect: TimerEffect): void;
}

/**
 * The queues of the flock, at each of its nodes: what is set anywhere is told on by all who hear it, and who was away is told by
 * anti-entropy (Demers and others, PODC 1987). Of two the higher version is believed, of one version that of the greater node. A flock
 * without queues says nothing of them.
 */
export class QueueTable {
  readonly #queues = new Map<string, Queue>();
  readonly #timers = new TimerBook('queues');
  #isSyncing = false;

  constructor(
    private readonly port: Port,
    stored: readonly Queue[],
  ) {
    for (const queue of stored) this.#queues.set(queue.name, queue);
    this.#sync();
  }

  get(name: string): Queue | undefined {
    const queue = this.#queues.get(name);
    return queue?.isGone === true ? undefined : queue;
  }

  /** By name. */
  list(): Queue[] {
    return this.#all().filter(({ isGone }) => isGone !== true);
  }

  /** @throws CoveyError `usage` where it guarantees more than there is */
  set(name: string, settings: QueueSettings): Queue {
    const others = this.list().filter((other) => other.name !== name);
    const guaranteed = others.reduce((sum, { guarantee = 0 }) => sum + guarantee, settings.guarantee ?? 0);
    if (guaranteed > 1 + Number.EPSILON) {
      const what = `all queues together would be guaranteed ${Math.round(100 * guaranteed)} % of each node`;
      throw new CoveyError('usage', what, 'lower a guarantee; see `covey queue ls`');
    }
    if ((settings.guarantee ?? 0) > (settings.limit ?? 1)) {
      throw new CoveyError('usage', 'its guarantee is above its limit', 'raise the limit, or lower the guarantee');
    }
    if (others.length >= QUEUES_MAX) throw new CoveyError('usage', `there are ${QUEUES_MAX} queues already`);
    return this.#put({ name, ...settings });
  }

  /** @throws CoveyError `not-found` */
  remove(name: string): void {
    const queue = this.get(name);
    if (!queue) throw new CoveyError('not-found', `no queue ${JSON.stringify(name)}`, 'see `covey queue ls`');
    this.#put({ name, weight: queue.weight, isGone: true });
  }

  hear(from: NodeId, message: QueueMessage): void {
    if (message.kind === 'queue.digest') {
      if (message.digest !== this.#digest())
        this.port.send(from, { kind: 'queue.tell', queues: this.#all(), all: true });
      return;
    }
    const news = message.queues.filter((queue) => isLater(queue, this.#queues.get(queue.name)));
    this.#take(news);
    if (!message.all) return;
    const told = new Map(message.queues.map((queue) => [queue.name, queue]));
    const newer = this.#all().filter((queue) => isLater(queue, told.get(queue.name)));
    if (newer.length > 0) this.port.send(from, { kind: 'queue.tell', queues: newer, all: false });
  }

  fired(token: TimerToken): void {
    if (!this.#timers.fired(token)) return;
    this.#isSyncing = false;
    const [peer] = this.port.prng.sample(this.port.peers(), 1);
    if (peer !== undefined) this.port.send(peer, { kind: 'queue.digest', digest: this.#digest() });
    this.#sync();
  }

  #put(queue: Omit<Queue, 'version' | 'by'>): Queue {
    const version = (this.#queues.get(queue.name)?.version ?? 0) + 1;
    this.#take([{ ...queue, version, by: this.port.self }]);
    return known(this.#queues.get(queue.name), queue.name);
  }

  #take(news: readonly Queue[]): void {
    if (news.length === 0) return;
    for (const queue of news) this.#queues.set(queue.name, queue);
    this.port.store(this.#all());
    for (const peer of this.port.prng.sample(this.port.peers(), FANOUT)) {
      this.port.send(peer, { kind: 'queue.tell', queues: [...news], all: false });
    }
    this.#sync();
  }

  #sync(): void {
    if (this.#isSyncing || this.#queues.size === 0) return;
    this.#isSyncing = true;
    this.port.timer(this.#timers.arm('sync', this.port.prng.jitter(SYNC_MS, 0.2)));
  }

  #all(): Queue[] {
    return [...this.#queues.values()].sort((a, b) => compareText(a.name, b.name));
  }

  #digest(): string {
    return String(
      this.port.hash(
        this.#all()
          .map(({ name, version, by }) => `${name} ${version} ${by}`)
          .join('\n'),
      ),
    );
  }
}

function isLater(queue: Queue, than: Queue | undefined): boolean {
  if (!than) return true;
  return queue.version > than.version || (queue.version === than.version && compareText(queue.by, than.by) > 0);
}
