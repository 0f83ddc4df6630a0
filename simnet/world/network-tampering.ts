import type { NodeId } from '../../src/kernel/ids.js';
import type { Message } from '../../src/node/core/wire.js';

/** Which messages somebody lays a hand on, and what becomes of them. */
export interface Tampering {
  readonly kinds: readonly Message['kind'][];
  /** @default whoever it is */
  readonly from?: NodeId;
  readonly to?: NodeId;
  /** What is true of such a message, besides. @default any */
  readonly when?: (message: Message) => boolean;
  /** `late`: after `byMs`; `copied`: at once, and again after `byMs`. Of gossip each copy may be lost, no more than that. */
  readonly fate: 'lost' | 'late' | 'copied';
  readonly byMs?: number;
}

/** What is done to single messages, as chance seldom does it: by those who tell a story that turns on just these. */
export class Tamperings {
  readonly #all = new Set<Tampering>();

  /** Returns what ends it. */
  add(tampering: Tampering): () => void {
    this.#all.add(tampering);
    return () => void this.#all.delete(tampering);
  }

  /** The first that means this message. */
  of(from: NodeId, to: NodeId, message: Message): Tampering | undefined {
    for (const tampering of this.#all) if (isMeant(tampering, from, to, message)) return tampering;
    return undefined;
  }

  isLost(from: NodeId, to: NodeId, message: Message): boolean {
    return this.of(from, to, message)?.fate === 'lost';
  }
}

function isMeant({ kinds, from, to, when }: Tampering, by: NodeId, at: NodeId, message: Message): boolean {
  if (!kinds.includes(message.kind)) return false;
  return (from ?? by) === by && (to ?? at) === at && (when?.(message) ?? true);
}
