import type { NodeId } from '../../kernel/ids.js';
import { isLive } from '../../membership/member.js';
import type { Transport } from '../core/ports.js';
import type { Message } from '../core/wire.js';
import { placeOf } from './addresses.js';
import type { Codec } from './codec.js';
import { newIdentity } from './identity.js';
import { createTransport } from './transport.js';

/** A start waits no longer for those who may know; who does not answer by then is not there, or not for long. */
const PATIENCE_MS = 2_000;
const ASKED_MAX = 4;

export interface TwinSearch {
  readonly self: NodeId;
  /** Where this node was to be reached before, and where others are, each by its multiaddrs. */
  readonly own: readonly string[];
  readonly others: readonly (readonly string[])[];
  readonly clusterKey: Uint8Array | undefined;
  readonly codec: Codec<Message>;
}

/**
 * Looks, before this node shows itself, for another process that runs as it does: with a copy of its key. Asks as a stranger
 * (nobody can dial himself), where it was reached before and wherever others say that it is.
 *
 * @returns where the other is said to be (empty: where this node is to join); undefined where none answers
 */
export async function findTwin(search: TwinSearch): Promise<string | undefined> {
  const { privateKey } = await newIdentity();
  let found: (place: string | undefined) => void = () => undefined;
  const answer = new Promise<string | undefined>((resolve) => (found = resolve));
  const patience = setTimeout(() => found(undefined), PATIENCE_MS);
  const look = new Look(search, (place) => found(place));
  const transport = await createTransport<Message>({
    ...{ listen: [], privateKey, clusterKey: search.clusterKey, codec: search.codec },
    events: {
      message: (_from, message) => look.heard(message),
      connected: (peer) => look.connected(peer),
      unreachable: () => look.settled(),
      gossip: () => undefined,
      disconnected: () => undefined,
    },
  });
  try {
    look.begin(transport);
    return await answer;
  } finally {
    clearTimeout(patience);
    await transport.close();
  }
}

class Look {
  /** Places that are dialled. */
  readonly #dialled = new Set<string>();
  /** Those of them where this node is said to be. */
  readonly #suspected: string[] = [];
  /** Dials and questions without an answer: once there is none left, nobody has found anything. */
  #open = 0;
  #transport: Transport<Message> | undefined;

  constructor(
    private readonly search: TwinSearch,
    private readonly found: (place: string | undefined) => void,
  ) {}

  begin(transport: Transport<Message>): void {
    const { own, others } = this.search;
    this.#transport = transport;
    this.#suspect(own);
    for (const addresses of others.slice(0, ASKED_MAX)) this.#dial(addresses);
    if (this.#open === 0) this.found(undefined);
  }

  connected(peer: NodeId): void {
    if (peer === this.search.self) return this.found(this.#suspected.join(', '));
    const message = { kind: 'swim.states' as const, members: [], want: [this.search.self], done: false };
    this.#transport?.send(peer, message, 'control');
  }

  heard(message: Message): void {
    if (message.kind !== 'swim.states') return;
    const there = message.members.find((member) => member.id === this.search.self && isLive(member));
    if (there) this.#suspect(there.profile.addresses);
    this.settled();
  }

  settled(): void {
    this.#open -= 1;
    if (this.#open === 0) this.found(undefined);
  }

  #suspect(addresses: readonly string[]): void {
    if (this.#dial(addresses)) this.#suspected.push(...addresses.slice(0, 1));
  }

  #dial(addresses: readonly string[]): boolean {
    const place = addresses.map(placeOf).sort().join(' ');
    if (place === '' || this.#dialled.has(place)) return false;
    this.#dialled.add(place);
    this.#open += 1;
    this.#transport?.dial(addresses);
    return true;
  }
}
