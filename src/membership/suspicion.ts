import type { MembershipConfig } from './config.js';

/**
 * How long one suspect has to refute (Lifeguard, section IV.B): long while a single node accuses it, falling to the
 * least as others confirm independently.
 */
export class Suspicion {
  readonly minMs: number;
  readonly #maxMs: number;
  readonly #k: number;
  readonly #slots = new Set<number>();
  /** A node accuses once, whatever slot it then has, so that different slots are different reporters. */
  reported = false;
  /** Its timer was late once, and was given a second chance. */
  postponed = false;

  /** @param size - N, the members that may be alive, the suspect and this node included */
  constructor(
    config: MembershipConfig,
    readonly startedMs: number,
    size: number,
  ) {
    const { lifeguard, probeIntervalMs, suspicionMin, suspicionMax, confirmations } = config;
    this.minMs = suspicionMin * Math.max(1, Math.log10(size)) * probeIntervalMs;
    this.#k = lifeguard ? Math.max(0, Math.min(confirmations, size - 2)) : 0;
    this.#maxMs = this.#k === 0 ? this.minMs : suspicionMax * this.minMs;
  }

  /** As many reporters are known as can shorten it. */
  get settled(): boolean {
    return this.#slots.size > this.#k;
  }

  has(slot: number): boolean {
    return this.#slots.has(slot);
  }

  /** Notes a reporter. False where that tells nothing new. */
  confirm(slot: number): boolean {
    if (this.settled || this.#slots.has(slot)) return false;
    this.#slots.add(slot);
    return true;
  }

  /** The instant, on the clock of `startedMs`, at which the suspect is dead. */
  get deadlineMs(): number {
    if (this.#k === 0) return this.startedMs + this.minMs;
    const confirmed = Math.max(0, this.#slots.size - 1);
    const fall = ((this.#maxMs - this.minMs) * Math.log(confirmed + 1)) / Math.log(this.#k + 1);
    return this.startedMs + Math.max(this.minMs, this.#maxMs - fall);
  }
}
