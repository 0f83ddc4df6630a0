import type { Reply, Request } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import type { Now } from '../../kernel/time.js';
import { TimerBook, type TimerEffect, type TimerFired } from '../../kernel/timers.js';
import type { Message } from './wire.js';

export interface ExchangeConfig {
  /** First pause before a request is sent again; it doubles up to the longest. */
  readonly resendMs: number;
  readonly resendMaxMs: number;
  /** How often requests are looked through: patience is kept to about this. */
  readonly sweepMs: number;
}

const EXCHANGE_DEFAULTS: ExchangeConfig = { resendMs: 1_000, resendMaxMs: 8_000, sweepMs: 250 };

/** How long an answer is waited for, and how long the question waits before it is sent. */
export interface Manner {
  /** `forever`: until it is answered, or the other has left of its own will. */
  readonly patience: 'forever' | 'alive' | number;
  readonly delayMs?: number | undefined;
}

interface Pending<Tag> {
  readonly to: NodeId;
  readonly message: Message;
  readonly tag: Tag;
  readonly patience: Manner['patience'];
  readonly askedMs: number;
  resendAtMs: number;
  pauseMs: number;
}

export type ExchangeEffect = { readonly kind: 'send'; readonly to: NodeId; readonly message: Message } | TimerEffect;

const TIMER = 'sweep';

/**
 * Requests and their replies over streams that may lose either: a request is sent again until it is answered, or until the
 * patience of its asker is over. Receivers stand repeats.
 */
export class Exchange<Tag> {
  readonly #pending = new Map<number, Pending<Tag>>();
  readonly #timers = new TimerBook('exchange');
  #next: number;

  /**
   * @param boot - keeps the numbers of requests apart from those of earlier starts
   * @param isReachable - whether it is worth sending to a node: it is not believed dead
   * @param hasLeft - whether a node has said that it leaves: nothing runs there any more
   */
  constructor(
    boot: number,
    private readonly isReachable: (node: NodeId) => boolean,
    private readonly hasLeft: (node: NodeId) => boolean,
    private readonly config: ExchangeConfig = EXCHANGE_DEFAULTS,
  ) {
    this.#next = (boot % 2 ** 20) * 2 ** 32;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** How many requests with such a tag wait for their answers. */
  count(condition: (tag: Tag) => boolean): number {
    let count = 0;
    for (const { tag } of this.#pending.values()) if (condition(tag)) count += 1;
    return count;
  }

  /** @returns nothing to send where the peer is dead: a patient request waits for it, any other is answered by the sweep */
  ask(to: NodeId, request: Request<Message>, tag: Tag, how: Manner, now: Now): ExchangeEffect[] {
    const id = ++this.#next;
    const message = { ask: id, ...request } as Message;
    const { patience, delayMs = 0 } = how;
    const pauseMs = delayMs > 0 ? delayMs : this.config.resendMs;
    this.#pending.set(id, {
      to,
      message,
      tag,
      patience,
      askedMs: now.monoMs,
      resendAtMs: now.monoMs + pauseMs,
      pauseMs,
    });
    const timer = this.#timers.isArmed(TIMER) ? [] : [this.#timers.arm(TIMER, this.config.sweepMs)];
    return this.isReachable(to) && delayMs === 0 ? [{ kind: 'send', to, message }, ...timer] : timer;
  }

  /** The tag of the request that `reply` answers, once; undefined for late repeats and for what was never asked. */
  answered(
    from: NodeId,
    reply: Extract<Message, { readonly re: number }>,
  ): { tag: Tag; message: Reply<Message> } | undefined {
    const pending = this.#pending.get(reply.re);
    if (pending?.to !== from) return undefined;
    this.#pending.delete(reply.re);
    return { tag: pending.tag, message: reply };
  }

  /** Sends no more of the requests with such a tag. */
  withdraw(isVoid: (tag: Tag) => boolean): void {
    for (const [id, { tag }] of this.#pending) if (isVoid(tag)) this.#pending.delete(id);
  }

  /** A node came back: what waits for it is sent at once. */
  returned(node: NodeId, now: Now): ExchangeEffect[] {
    return [...this.#pending.values()].filter(({ to }) => to === node).map((pending) => this.#resend(pending, now));
  }

  fired(
    event: TimerFired,
    now: Now,
  ): { readonly effects: ExchangeEffect[]; readonly expired: { to: NodeId; tag: Tag }[] } {
    const effects: ExchangeEffect[] = [];
    const expired: { to: NodeId; tag: Tag }[] = [];
    if (!this.#timers.fired(event.timer)) return { effects, expired };
    for (const [id, pending] of this.#pending) {
      if (this.#isOver(pending, now)) {
        this.#pending.delete(id);
        expired.push({ to: pending.to, tag: pending.tag });
      } else if (pending.resendAtMs <= now.monoMs && this.isReachable(pending.to)) {
        effects.push(this.#resend(pending, now));
      }
    }
    if (this.#pending.size > 0) effects.push(this.#timers.arm(TIMER, this.config.sweepMs));
    return { effects, expired };
  }

  #isOver({ to, patience, askedMs }: Pending<Tag>, now: Now): boolean {
    if (patience === 'forever') return this.hasLeft(to);
    return !this.isReachable(to) || (patience !== 'alive' && askedMs + patience <= now.monoMs);
  }

  #resend(pending: Pending<Tag>, now: Now): ExchangeEffect {
    pending.pauseMs = Math.min(pending.pauseMs * 2, this.config.resendMaxMs);
    pending.resendAtMs = now.monoMs + pending.pauseMs;
    return { kind: 'send', to: pending.to, message: pending.message };
  }
}
