import type { TransportLimits } from './limits.js';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 8_000;
/** Handshakes that may start at once after a quiet time. */
const BURST = 4;

/** Somebody to connect to, at whichever of these addresses answers first. */
export interface DialTarget {
  /** Two targets with one key are one. */
  readonly key: string;
  readonly addresses: readonly string[];
}

/** What the dialler needs of the transport. */
export interface DialPort {
  /** Resolves once connected. */
  connect(address: string, signal: AbortSignal): Promise<void>;
  /** True where the target needs no dial any more. */
  isReached(target: DialTarget): boolean;
  failed(target: DialTarget, error: unknown): void;
}

/** Rations handshakes: a few at a time, a few a second, each target once. */
export class Dialler {
  readonly #waiting: DialTarget[] = [];
  readonly #known = new Set<string>();
  readonly #backoff = new Map<string, { readonly failures: number; readonly untilMs: number }>();
  readonly #closing = new AbortController();
  #underWay = 0;
  #nextStartMs = 0;

  constructor(
    readonly port: DialPort,
    readonly limits: TransportLimits,
  ) {}

  /** True where the target failed so lately that only an explicit wish should dial it again. */
  isBackingOff(key: string): boolean {
    return (this.#backoff.get(key)?.untilMs ?? 0) > performance.now();
  }

  request(target: DialTarget): void {
    if (this.#known.has(target.key) || this.#closing.signal.aborted) return;
    if (this.#waiting.length >= this.limits.dialsWaitingMax) {
      return this.port.failed(target, new Error('too many dials are waiting'));
    }
    this.#known.add(target.key);
    this.#waiting.push(target);
    this.#pump();
  }

  close(): void {
    this.#closing.abort();
    this.#waiting.length = 0;
  }

  #pump(): void {
    while (this.#underWay < this.limits.handshakesMax) {
      const target = this.#waiting.shift();
      if (target === undefined) return;
      this.#underWay += 1;
      void this.#dial(target).finally(() => {
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }

  async #dial(target: DialTarget): Promise<void> {
    const error = await this.#attempt(target);
    this.#known.delete(target.key);
    if (error === undefined) {
      this.#backoff.delete(target.key);
    } else if (!this.#closing.signal.aborted) {
      this.#remember(target.key);
      this.port.failed(target, error);
    }
  }

  /** @returns the error of the last address, or undefined once connected */
  async #attempt(target: DialTarget): Promise<unknown> {
    let last: unknown = new Error('there is no address');
    for (const address of target.addresses) {
      try {
        if (this.port.isReached(target)) return undefined;
        await this.#turn();
        this.#closing.signal.throwIfAborted();
        const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(this.limits.dialTimeoutMs)]);
        await this.port.connect(address, signal);
        return undefined;
      } catch (error) {
        last = error;
      }
    }
    return last;
  }

  #remember(key: string): void {
    const failures = (this.#backoff.get(key)?.failures ?? 0) + 1;
    const waitMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** (failures - 1));
    this.#backoff.delete(key);
    this.#backoff.set(key, { failures, untilMs: performance.now() + waitMs });
    const [oldest] = this.#backoff.keys();
    if (this.#backoff.size > this.limits.dialsWaitingMax && oldest !== undefined) this.#backoff.delete(oldest);
  }

  async #turn(): Promise<void> {
    const gapMs = 1_000 / this.limits.handshakesPerSecond;
    const now = performance.now();
    const start = Math.max(this.#nextStartMs, now - (BURST - 1) * gapMs);
    this.#nextStartMs = start + gapMs;
    if (start > now) await new Promise<void>((resolve) => void setTimeout(resolve, start - now).unref());
  }
}
