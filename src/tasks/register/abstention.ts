import type { Acceptor } from './acceptor.js';
import type { RegisterConfig } from './config.js';
import type { About } from './messages.js';
import { NO_LOSS, type StoredLoss } from './stored.js';

/** A replica that has lost nothing, but may have forgotten this register long ago: there is nothing to repair. */
export const TOO_OLD = 0;

/**
 * Whether this node may vote on a register, or may have forgotten what it knew of it (register.md, rule 17, and "forgetting
 * safely" in design.md). "Unknown" is a vote only while it can be true.
 */
export class Abstention {
  loss: StoredLoss = NO_LOSS;

  constructor(private readonly config: RegisterConfig) {}

  /**
   * Undefined where it may vote; else {@link TOO_OLD}, or the name of what must be repaired before.
   *
   * @param about - the generation that is asked about
   */
  doubt(acceptor: Acceptor | undefined, about: About, wallMs: number): number | undefined {
    const { floorMs, skewMs } = this.config;
    if (acceptor) {
      const doubt = this.known(acceptor);
      if (doubt !== undefined) return doubt;
      if (acceptor.head && acceptor.head.generation >= about.generation) return undefined;
    }
    // From here on its vote would say: "this generation was never known here".
    if (about.bornAtMs <= this.newbornsUntilMs) return this.loss.era;
    return wallMs - about.bornAtMs >= floorMs - skewMs ? TOO_OLD : undefined;
  }

  /** Wall clock up to which registers are born of which this node, after a loss, must not say that it never knew them. */
  get newbornsUntilMs(): number {
    return this.loss.beforeMs + this.config.skewMs;
  }

  /** What is in doubt of a register that is stored here. */
  known(acceptor: Acceptor): number | undefined {
    if (acceptor.doubt !== undefined) return acceptor.doubt;
    return acceptor.era === this.loss.era ? undefined : this.loss.era;
  }

  /** Whether a register of which this node knows may be forgotten: nobody takes its "unknown" for a vote any more. */
  isPastFloor(bornAtMs: number, wallMs: number): boolean {
    return wallMs - bornAtMs > this.config.floorMs + this.config.skewMs;
  }
}
