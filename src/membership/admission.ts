import type { NodeId } from '../kernel/ids.js';

/** What a peer says of itself with its first words. */
export interface Standing {
  /** It has compared views with somebody who could say who there is. */
  readonly joined: boolean;
  /** It was told to join the receiver, or knows it from an earlier start. */
  readonly expects: boolean;
}

/**
 * Whose view is good enough to have joined with. Two newcomers that meet while the flock is away would otherwise take each other
 * for all of it, and make again what it has made. So the peer must have joined, or each must have expected the other: then they
 * are a flock that begins, or that begins again.
 */
export class Admission {
  readonly #standings = new Map<NodeId, Standing>();
  readonly #remembered: ReadonlySet<NodeId>;

  constructor(
    remembered: readonly { readonly id: NodeId }[],
    private readonly isSeed: (id: NodeId) => boolean,
  ) {
    this.#remembered = new Set(remembered.map(({ id }) => id));
  }

  expects(id: NodeId): boolean {
    return this.#remembered.has(id) || this.isSeed(id);
  }

  heard(from: NodeId, { joined, expects }: Standing): void {
    this.#standings.set(from, { joined, expects });
  }

  admits(id: NodeId): boolean {
    const standing = this.#standings.get(id);
    return standing !== undefined && (standing.joined || (standing.expects && this.expects(id)));
  }

  /** Peers that have not joined, as far as is known. */
  waiting(): NodeId[] {
    return [...this.#standings].filter(([, { joined }]) => !joined).map(([id]) => id);
  }

  /** This node has joined: nothing of it matters any more. */
  clear(): void {
    this.#standings.clear();
  }
}
