import type { World } from './world.js';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 8_000;
/** Handshakes that may start at once after a quiet time. */
const BURST = 4;
const WAITING_MAX = 1_024;

/** Somebody to connect to, at whichever of these addresses answers first. */
export interface DialTarget {
  /** Two targets with one key are one. */
  readonly key: string;
  readonly addresses: readonly string[];
}

/** What the dials need of the network. */
export interface DialPort {
  readonly options: { readonly handshakesPerSecond: number; readonly handshakesMax: number };
  /** True where the target needs no dial any more. */
  isReached(target: DialTarget): boolean;
  /** How long the dial of one address takes, however it ends. */
  durationMs(address: string): number;
  /** Its end. */
  connect(address: string): boolean;
  failed(target: DialTarget): void;
}

/** Rations handshakes as the daemon's dialler does: a few at a time, a few a second, each target once. */
export class Dials {
  readonly #waiting: DialTarget[] = [];
  readonly #known = new Set<string>();
  readonly #backoff = new Map<string, { readonly pauseMs: number; readonly untilMs: number }>();
  #underWay = 0;
  #nextStartMs = -Infinity;
  #isClosed = false;

  constructor(
    private readonly world: World,
    private readonly port: DialPort,
  ) {}

  /** True where the target failed so lately that only an explicit wish should dial it again. */
  isBackingOff(key: string): boolean {
    return (this.#backoff.get(key)?.untilMs ?? 0) > this.world.nowMs;
  }

  request(target: DialTarget): void {
    if (this.#known.has(target.key)) return;
    if (this.#waiting.length >= WAITING_MAX) return this.port.failed(target);
    this.#known.add(target.key);
    this.#waiting.push(target);
    this.#pump();
  }

  close(): void {
    this.#isClosed = true;
    this.#waiting.length = 0;
  }

  #pump(): void {
    while (this.#underWay < this.port.options.handshakesMax) {
      const target = this.#waiting.shift();
      if (target === undefined) return;
      this.#underWay += 1;
      this.#attempt(target, 0);
    }
  }

  /** Tries the addresses from the given one on. */
  #attempt(target: DialTarget, index: number): void {
    const address = target.addresses[index];
    if (address === undefined || this.port.isReached(target)) return this.#end(target, address !== undefined);
    this.world.after(this.#turnMs() + this.port.durationMs(address), () => {
      if (this.#isClosed) return;
      if (this.port.connect(address)) this.#end(target, true);
      else this.#attempt(target, index + 1);
    });
  }

  #end(target: DialTarget, isReached: boolean): void {
    const { key } = target;
    this.#known.delete(key);
    this.#underWay -= 1;
    if (isReached) this.#backoff.delete(key);
    else {
      const pauseMs = Math.min(RETRY_MS_MAX, 2 * (this.#backoff.get(key)?.pauseMs ?? RETRY_MS_MIN / 2));
      this.#backoff.set(key, { pauseMs, untilMs: this.world.nowMs + pauseMs });
      this.port.failed(target);
    }
    this.#pump();
  }

  /** How long the next handshake has to wait. */
  #turnMs(): number {
    const gapMs = 1_000 / this.port.options.handshakesPerSecond;
    const startMs = Math.max(this.#nextStartMs, this.world.nowMs - (BURST - 1) * gapMs);
    this.#nextStartMs = startMs + gapMs;
    return Math.max(0, startMs - this.world.nowMs);
  }
}
