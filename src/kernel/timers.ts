/** Names one arming of one timer. A token whose serial is no longer the latest is stale. */
export interface TimerToken {
  /** The machine that armed it. */
  readonly owner: string;
  readonly name: string;
  readonly serial: number;
}

export type TimerEffect =
  | { readonly kind: 'arm'; readonly timer: TimerToken; readonly afterMs: number }
  | { readonly kind: 'disarm'; readonly timer: TimerToken };

export interface TimerFired {
  readonly kind: 'timer';
  readonly timer: TimerToken;
}

/**
 * The timers of one machine: data, after foca. Arming a name again makes the earlier token stale, so whoever performs
 * the effects may deliver a timer late, or twice, without harm.
 */
export class TimerBook {
  readonly #live = new Map<string, number>();
  #serial = 0;

  constructor(readonly owner: string) {}

  arm(name: string, afterMs: number): TimerEffect {
    const serial = ++this.#serial;
    this.#live.set(name, serial);
    return { kind: 'arm', timer: { owner: this.owner, name, serial }, afterMs };
  }

  /** Nothing where the timer is not armed. */
  disarm(name: string): TimerEffect[] {
    const serial = this.#live.get(name);
    if (serial === undefined) return [];
    this.#live.delete(name);
    return [{ kind: 'disarm', timer: { owner: this.owner, name, serial } }];
  }

  isArmed(name: string): boolean {
    return this.#live.has(name);
  }

  /** Consumes a token; false when it is stale or was consumed before. */
  fired(token: TimerToken): boolean {
    if (token.owner !== this.owner || this.#live.get(token.name) !== token.serial) return false;
    this.#live.delete(token.name);
    return true;
  }
}
