import type { AdmissionLimit } from '../../../../kernel/admission.js';
import { CoveyError } from '../../../../kernel/errors.js';
import { DEFAULT_PRIORITY } from '../../../../kernel/priority.js';
import type { Limiter } from './limiter.js';
import { limiterOf } from './limiters.js';

export interface AdmissionConfig {
  /** Of each submitter; absent: none. */
  readonly limit?: AdmissionLimit | undefined;
  /** Tasks that wait for each CPU of the flock, above which the lowest class of priority is refused; absent: never. */
  readonly shedAbove?: number | undefined;
}

/** Submitters remembered; the one that has been silent the longest is forgotten first. */
const SUBMITTERS_MAX = 1_000;
/** What waits is not less before that. */
const SHED_RETRY_MS = 5_000;

/**
 * What this node takes of clients. A refusal is said before anything of the job is written down anywhere, and costs nothing; what was
 * accepted is never let go of.
 */
export class Admission {
  readonly #limiters = new Map<string, Limiter>();

  /** @param waiting - tasks that wait for each CPU of the flock, as far as is known here */
  constructor(
    private readonly config: AdmissionConfig,
    private readonly waiting: () => number,
  ) {}

  /**
   * @returns how long the submission is held before it goes on, in milliseconds
   * @throws CoveyError `busy`, with `retryMs` in its details
   */
  admit({ submitter, priority = DEFAULT_PRIORITY }: Asked, nowMs: number): number {
    this.#shed(priority);
    const { limit } = this.config;
    if (!limit) return 0;
    const limiter = this.#limiters.get(submitter) ?? limiterOf(limit);
    this.#limiters.delete(submitter);
    this.#limiters.set(submitter, limiter);
    const oldest = this.#limiters.keys().next();
    if (this.#limiters.size > SUBMITTERS_MAX && !oldest.done) this.#limiters.delete(oldest.value);
    const verdict = limiter.ask(nowMs);
    if ('afterMs' in verdict) return verdict.afterMs;
    throw refusal(
      `${submitter} submits more than this node takes of one submitter (${limit.limiter})`,
      verdict.retryMs,
    );
  }

  /** Priorities below the default are the first to go, the default is refused at twice the threshold, those above it never. */
  #shed(priority: number): void {
    const { shedAbove } = this.config;
    if (shedAbove === undefined || priority > DEFAULT_PRIORITY) return;
    const most = priority < DEFAULT_PRIORITY ? shedAbove : 2 * shedAbove;
    const waiting = this.waiting();
    if (waiting <= most) return;
    const what = `${waiting.toFixed(1)} tasks wait for each CPU, and above ${most} none of priority ${priority} are taken`;
    throw refusal(what, SHED_RETRY_MS);
  }
}

interface Asked {
  readonly submitter: string;
  readonly priority?: number | undefined;
}

function refusal(what: string, retryMs: number): CoveyError {
  const hint = `nothing was submitted; try again in ${Math.ceil(retryMs / 1000)} s`;
  return new CoveyError('busy', what, hint, { retryMs: Math.ceil(retryMs) });
}
