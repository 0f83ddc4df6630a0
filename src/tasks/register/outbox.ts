import type { SendEffect } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { RegisterConfig } from './config.js';
import { MESSAGE_ENTRIES_MAX, MESSAGE_ITEMS_MAX, type Ask, type RegisterMessage, type Tell } from './messages.js';

/** Gathers what one step says to each peer, about however many registers. */
export class Outbox {
  readonly #asks = new Map<NodeId, Ask[]>();
  readonly #tells = new Map<NodeId, Tell[]>();

  constructor(private readonly bounds: Pick<RegisterConfig, 'weigh' | 'messageBytesMax'>) {}

  ask(to: NodeId, ask: Ask): void {
    add(this.#asks, to, ask);
  }

  tell(to: NodeId, tells: readonly Tell[]): void {
    for (const tell of tells) add(this.#tells, to, tell);
  }

  take(): SendEffect<RegisterMessage>[] {
    const sends: SendEffect<RegisterMessage>[] = [];
    for (const [to, items] of this.#asks) {
      for (const batch of this.#batches(items))
        sends.push({ kind: 'send', to, message: { kind: 'register.ask', items: batch } });
    }
    for (const [to, items] of this.#tells) {
      for (const batch of this.#batches(items))
        sends.push({ kind: 'send', to, message: { kind: 'register.tell', items: batch } });
    }
    this.#asks.clear();
    this.#tells.clear();
    return sends;
  }

  #batches<T extends Ask | Tell>(items: T[]): T[][] {
    const { weigh, messageBytesMax } = this.bounds;
    let batch: T[] = [];
    const all = [batch];
    let entries = 0;
    let bytes = 0;
    for (const item of items) {
      const written = 'entries' in item ? item.entries : [];
      const weight = written.reduce((sum, { value }) => sum + weigh(value), 0);
      const isFull = batch.length >= MESSAGE_ITEMS_MAX || entries + written.length > MESSAGE_ENTRIES_MAX;
      if (batch.length > 0 && (isFull || bytes + weight > messageBytesMax)) {
        batch = [];
        all.push(batch);
        entries = 0;
        bytes = 0;
      }
      batch.push(item);
      entries += written.length;
      bytes += weight;
    }
    return all;
  }
}

function add<T>(items: Map<NodeId, T[]>, to: NodeId, item: T): void {
  const known = items.get(to);
  if (known) known.push(item);
  else items.set(to, [item]);
}
