import type { Prng } from '../../src/kernel/prng.js';
import { isHeard, type Endpoint, type Half, type Held } from './link.js';
import type { Delays } from './network-delays.js';
import type { NetworkOptions } from './network-options.js';
import type { World } from './world.js';

export interface LinkEvents {
  /** What was kept back comes through. */
  released(half: Half, held: Held): void;
  /** One end is closed, for whatever reason. */
  closed(half: Half): void;
}

/** How connections begin, stall, and end at either end. */
export class Links {
  /** Ways on which something is kept back. */
  readonly #holding = new Set<Half>();

  constructor(
    private readonly world: World,
    private readonly prng: Prng,
    private readonly options: NetworkOptions,
    private readonly delays: Delays,
    private readonly endpoints: readonly Endpoint[],
    private readonly events: LinkEvents,
  ) {}

  /** Puts both ends into their places. Nobody is told. */
  open(half: Half): void {
    for (const end of [half, half.reverse]) {
      end.usedMs = this.world.nowMs;
      end.from.links.set(end.to.id, end);
      end.place = end.from.peers.push(end) - 1;
    }
  }

  /** A node keeps so many connections and no more: those used last. */
  shed({ peers }: Endpoint): void {
    while (peers.length > this.options.connectionsKept) {
      let [idlest] = peers;
      for (const half of peers) if (idlest && half.usedMs < idlest.usedMs) idlest = half;
      if (idlest) this.close(idlest);
    }
  }

  /** Closes one end, and tells the node there; the other end learns of it when word comes through, or by silence. */
  close(half: Half): void {
    if (!half.isOpen) return;
    this.forget(half);
    half.from.process?.feed({ kind: 'disconnected', peer: half.to.id });
    if (half.reverse.isOpen && isHeard(half.from, half.to)) this.closeAfter(half.reverse, this.#wayMs(half));
  }

  /** Closes one end without a word to anybody. */
  forget(half: Half): void {
    const { from, to, reverse, place } = half;
    half.isOpen = false;
    from.links.delete(to.id);
    const last = from.peers.pop();
    if (last !== undefined && last !== half) {
      from.peers[place] = last;
      last.place = place;
    }
    reverse.held = undefined;
    this.#holding.delete(reverse);
    to.dangling.delete(half);
    if (reverse.isOpen) from.dangling.add(reverse);
    this.events.closed(half);
  }

  closeAfter(half: Half, ms: number): void {
    this.world.after(ms, () => this.close(half));
  }

  /** All processes at an endpoint have ended. Its kernel says so to all peers, unless its power is gone too. */
  abandon(endpoint: Endpoint): void {
    for (const half of [...endpoint.peers]) {
      const { reverse } = half;
      this.forget(half);
      if (!reverse.isOpen) continue;
      if (endpoint.isDark) this.#fallSilent(reverse);
      else if (isHeard(endpoint, half.to)) this.closeAfter(reverse, this.#wayMs(half));
    }
  }

  /** Who still believes in a connection to here hears otherwise with the next sign of life that it gives. */
  disown(endpoint: Endpoint): void {
    for (const half of endpoint.dangling) {
      if (!isHeard(half.from, endpoint) || !isHeard(endpoint, half.from)) continue;
      this.closeAfter(half, this.options.heartbeatMs * this.prng.float());
    }
  }

  /** Keeps back what arrives over a way that is cut, as TCP does: it goes on trying. */
  hold(half: Half, held: Held): void {
    if (half.held === undefined) {
      half.held = [];
      half.heldSinceMs = this.world.nowMs;
      this.#holding.add(half);
    }
    half.held.push(held);
  }

  /** Somebody hears somebody no longer, or again. */
  changed(): void {
    for (const half of this.#holding) if (isHeard(half.from, half.to)) this.#resume(half);
    for (const endpoint of this.endpoints) {
      if (endpoint.dangling.size > 0 && !endpoint.isDark) this.disown(endpoint);
      let hasNews = false;
      for (const half of endpoint.peers) {
        if (!isHeard(half.to, endpoint)) {
          if (half.silentSinceMs >= 0) continue;
          half.silentSinceMs = this.world.nowMs;
          hasNews = true;
        } else if (half.reverse.isOpen && half.reverse.held === undefined) half.silentSinceMs = -1;
      }
      if (hasNews) this.#sweepLater(endpoint);
    }
  }

  #resume(half: Half): void {
    const atMs = this.delays.nextTryMs(half.heldSinceMs);
    this.world.after(atMs - this.world.nowMs, () => {
      const { held } = half;
      if (held === undefined || !isHeard(half.from, half.to)) return;
      half.held = undefined;
      this.#holding.delete(half);
      half.reverse.silentSinceMs = -1;
      for (const each of held) this.events.released(half, each);
    });
  }

  #fallSilent(half: Half): void {
    if (half.silentSinceMs >= 0) return;
    half.silentSinceMs = this.world.nowMs;
    this.#sweepLater(half.from);
  }

  /** An end notices silence at a heartbeat of its own. */
  #sweepLater(endpoint: Endpoint): void {
    const { silenceMs, heartbeatMs } = this.options;
    this.world.after(silenceMs + heartbeatMs * endpoint.phase, () => {
      const isOver = (half: Half) => half.silentSinceMs >= 0 && this.world.nowMs - half.silentSinceMs >= silenceMs;
      for (const half of endpoint.peers.filter(isOver)) this.close(half);
    });
  }

  #wayMs({ from, to }: Half): number {
    return this.delays.wayMs(from, to);
  }
}
