import type { TimerToken } from '../../src/kernel/timers.js';
import type { World } from './world.js';

/** The timers of one process, by owner and name. */
export class Timers {
  readonly #serials = new Map<string, Map<string, number>>();

  /** @param fired - gets each timer that is due and was not armed anew or disarmed before */
  constructor(
    private readonly world: World,
    private readonly fired: (timer: TimerToken) => void,
  ) {}

  arm(timer: TimerToken, afterMs: number): void {
    this.#of(timer.owner).set(timer.name, timer.serial);
    this.world.after(afterMs, () => {
      if (this.isArmed(timer)) this.fired(timer);
    });
  }

  disarm({ owner, name }: TimerToken): void {
    this.#of(owner).delete(name);
  }

  isArmed({ owner, name, serial }: TimerToken): boolean {
    return this.#of(owner).get(name) === serial;
  }

  /** Of a timer that was due: false where the process disarmed it before it came to it. */
  take(timer: TimerToken): boolean {
    const isArmed = this.isArmed(timer);
    if (isArmed) this.disarm(timer);
    return isArmed;
  }

  clear(): void {
    this.#serials.clear();
  }

  #of(owner: string): Map<string, number> {
    const known = this.#serials.get(owner);
    if (known) return known;
    const serials = new Map<string, number>();
    this.#serials.set(owner, serials);
    return serials;
  }
}
