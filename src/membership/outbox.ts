import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import { TimerBook, type TimerToken } from '../kernel/timers.js';
import type { MembershipEffect } from './events.js';
import { rumourId, type MembershipMessage, type Rumour } from './messages.js';

/** The instant of the step that runs now, and the effects it has brought about so far. */
export class Outbox {
  readonly #timers = new TimerBook('membership');
  readonly #dueMs = new Map<string, number>();
  #effects: MembershipEffect[] = [];
  #nowMs = 0;
  #wallMs = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  /** In whole ms, as it is told to others. */
  get wallMs(): number {
    return Math.max(0, Math.round(this.#wallMs));
  }

  begin(now: Now): void {
    this.#nowMs = now.monoMs;
    this.#wallMs = now.wallMs;
  }

  /** The effects of the step, in order. */
  take(): MembershipEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  emit(effect: MembershipEffect): void {
    this.#effects.push(effect);
  }

  send(to: NodeId, message: MembershipMessage): void {
    this.emit({ kind: 'send', to, message });
  }

  publish(rumour: Rumour): void {
    this.emit({ kind: 'publish', topic: 'rumours', message: { kind: 'swim.rumour', id: rumourId(rumour), rumour } });
  }

  arm(name: string, afterMs: number): void {
    this.#dueMs.set(name, this.#nowMs + afterMs);
    this.emit(this.#timers.arm(name, afterMs));
  }

  disarm(name: string): void {
    this.#dueMs.delete(name);
    for (const effect of this.#timers.disarm(name)) this.emit(effect);
  }

  disarmAll(): void {
    for (const name of [...this.#dueMs.keys()]) this.disarm(name);
  }

  /** When the timer is due; undefined where it is not armed. */
  dueMs(name: string): number | undefined {
    return this.#dueMs.get(name);
  }

  /** By how many milliseconds the timer is late; undefined for a stale token. */
  fired(token: TimerToken): number | undefined {
    if (!this.#timers.fired(token)) return undefined;
    const due = this.#dueMs.get(token.name) ?? this.#nowMs;
    this.#dueMs.delete(token.name);
    return Math.max(0, this.#nowMs - due);
  }
}
