import type { Traffic } from '../measure/result.js';
import type { Flock } from '../world/flock.js';

/** What all nodes have sent until now. */
interface Sent {
  readonly messages: number;
  readonly bytes: number;
  readonly gossipMessages: number;
  readonly gossipBytes: number;
  readonly byKind: ReadonlyMap<string, number>;
}

/** Counts what a flock sends from now on. */
export class TrafficMeter {
  readonly #before: Sent;
  /** Node-milliseconds of those that were up: the traffic of a node counts while it lives. */
  #upMs = 0;
  #lookedMs: number;

  constructor(private readonly flock: Flock) {
    this.#before = sentBy(flock);
    this.#lookedMs = flock.world.nowMs;
  }

  /** To be called now and then, for how many nodes are up changes. */
  look(): void {
    const { nowMs } = this.flock.world;
    this.#upMs += this.flock.up.length * (nowMs - this.#lookedMs);
    this.#lookedMs = nowMs;
  }

  traffic(): Traffic {
    this.look();
    const [before, now] = [this.#before, sentBy(this.flock)];
    const perNodeS = (n: number) => (this.#upMs > 0 ? (1000 * n) / this.#upMs : 0);
    const kinds = [...now.byKind].map(([kind, n]) => [kind, n - (before.byKind.get(kind) ?? 0)] as const);
    const gossip = now.gossipMessages - before.gossipMessages;
    return {
      messagesPerNodeS: perNodeS(now.messages - before.messages),
      bytesPerNodeS: perNodeS(now.bytes - before.bytes),
      gossipBytesPerNodeS: perNodeS(now.gossipBytes - before.gossipBytes),
      messagesByKind: Object.fromEntries([...kinds, ['gossip', gossip] as const].filter(([, n]) => n > 0)),
    };
  }
}

function sentBy({ network, ids }: Flock): Sent {
  let [messages, bytes, gossipMessages, gossipBytes] = [0, 0, 0, 0];
  for (const id of ids) {
    const traffic = network.traffic(id);
    messages += traffic.messages;
    bytes += traffic.bytes;
    gossipMessages += traffic.gossipMessages;
    gossipBytes += traffic.gossipBytes;
  }
  return { messages, bytes, gossipMessages, gossipBytes, byKind: new Map(network.sent.entries()) };
}
