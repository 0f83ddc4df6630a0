import type { Prng } from '../../src/kernel/prng.js';
import type { Lane } from '../../src/node/core/ports.js';
import type { Message } from '../../src/node/core/wire.js';
import { isHeard, type Half, type Held } from './link.js';
import type { Delays } from './network-delays.js';
import type { Links } from './network-links.js';
import type { NetworkOptions } from './network-options.js';
import { FRAME_BYTES } from './network-traffic.js';
import type { World } from './world.js';

/** By so much a message comes after the one before it on its lane, at least: a double still tells the two apart. */
const BEHIND_MS = 1e-6;

/** Carries direct messages over open connections. */
export class Carrier {
  constructor(
    private readonly world: World,
    private readonly prng: Prng,
    private readonly options: NetworkOptions,
    private readonly delays: Delays,
    private readonly links: Links,
  ) {}

  pass(half: Half, message: Message, lane: Lane, bytes: number): void {
    const { options, prng } = this;
    const { traffic } = half.from;
    half.usedMs = this.world.nowMs;
    const isBulk = lane === 'bulk';
    if ((isBulk ? half.bulkBytes : half.controlBytes) + bytes > options.queueBytesMax) {
      traffic.dropped += 1;
      return;
    }
    const framed = bytes + FRAME_BYTES;
    if (isBulk) {
      traffic.bulkMessages += 1;
      traffic.bulkBytes += framed;
    } else {
      traffic.controlMessages += 1;
      traffic.controlBytes += framed;
    }
    if (options.loss > 0 && prng.chance(options.loss)) return;
    const atMs = this.#arrivesMs(half, isBulk, framed);
    if (atMs === Infinity) return;
    this.#carry(half, message, isBulk, bytes, atMs);
    if (options.duplicate > 0 && prng.chance(options.duplicate)) {
      this.#carry(half, message, isBulk, bytes, atMs + options.reorderMs * prng.float());
    }
  }

  /** Hands over what was kept back. */
  release(half: Half, { message, isBulk, bytes }: Held): void {
    this.#count(half, isBulk, bytes);
    this.#arrive(half, message, isBulk, bytes);
  }

  /** Infinity where the connection broke over it. */
  #arrivesMs(half: Half, isBulk: boolean, bytes: number): number {
    const { options, prng, delays } = this;
    const { from, to } = half;
    let atMs = delays.departMs(from, bytes) + delays.wayMs(from, to);
    if (options.packetLoss > 0) {
      const resendingMs = delays.resendingMs(bytes);
      if (resendingMs > options.silenceMs) {
        this.links.closeAfter(half, options.silenceMs);
        return Infinity;
      }
      atMs += resendingMs;
      // Both lanes are streams of one connection: neither gets past what must be sent again.
      if (resendingMs > 0) half.controlMs = half.bulkMs = Math.max(half.controlMs, half.bulkMs, atMs);
    }
    if (options.reorder > 0 && prng.chance(options.reorder)) return atMs + options.reorderMs * prng.float();
    const beforeMs = isBulk ? half.bulkMs : half.controlMs;
    if (atMs < beforeMs + BEHIND_MS) atMs = beforeMs + BEHIND_MS;
    if (isBulk) half.bulkMs = atMs;
    else half.controlMs = atMs;
    return atMs;
  }

  #carry(half: Half, message: Message, isBulk: boolean, bytes: number, atMs: number): void {
    this.#count(half, isBulk, bytes);
    this.world.after(atMs - this.world.nowMs, () => this.#arrive(half, message, isBulk, bytes));
  }

  #count(half: Half, isBulk: boolean, bytes: number): void {
    if (isBulk) half.bulkBytes += bytes;
    else half.controlBytes += bytes;
  }

  #arrive(half: Half, message: Message, isBulk: boolean, bytes: number): void {
    const { from, to, reverse } = half;
    if (half.held !== undefined || !isHeard(from, to)) {
      if (reverse.isOpen) this.links.hold(half, { message, isBulk, bytes });
      return;
    }
    this.#count(half, isBulk, -bytes);
    if (!reverse.isOpen) return this.#bounce(half);
    if (this.options.corrupt > 0 && this.prng.chance(this.options.corrupt)) {
      to.traffic.refused += 1;
      return this.links.close(reverse);
    }
    reverse.usedMs = this.world.nowMs;
    const { wire } = this.options;
    to.process?.feed({ kind: 'message', from: from.id, message: wire(message) });
  }

  /** Nobody has that connection open where the message came to: the kernel there says so. */
  #bounce(half: Half): void {
    const { from, to } = half;
    if (half.isOpen && !to.isDark && isHeard(to, from)) this.links.closeAfter(half, this.delays.wayMs(to, from));
  }
}
