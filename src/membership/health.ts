import type { MembershipConfig } from './config.js';

/**
 * Lifeguard's local health score: 0 is well. A node whose probes fail where others' succeed, or that is refuted, or whose
 * timers come late, is more likely the sick one; it waits longer before it accuses. Plain SWIM never changes it.
 */
export class Health {
  #score = 0;

  constructor(readonly config: Pick<MembershipConfig, 'lifeguard' | 'healthMax'>) {}

  get score(): number {
    return this.#score;
  }

  change(by: number): void {
    if (!this.config.lifeguard) return;
    this.#score = Math.max(0, Math.min(this.config.healthMax, this.#score + by));
  }

  stretch(ms: number): number {
    return ms * (this.#score + 1);
  }
}
