import { known } from '../../../kernel/assert.js';
import type { AttemptId, Call } from '../../runner.js';
import type { CallOutput } from './call-output.js';
import { Claims } from './claims.js';
import type { BatchOrder, CallOrder } from './order.js';
import type { PooledBatch } from './worker-pool.js';

/** An attempt from `start` to `ended`. */
export interface Run {
  readonly key: string;
  readonly attempt: AttemptId;
  readonly call: Call;
  readonly order: CallOrder;
  readonly output: CallOutput;
  readonly startedAtMs: number;
  batch: Batch;
  ending?: 'term' | 'kill' | 'lost';
  nudge?: NodeJS.Timeout;
  hasEnded: boolean;
}

/** Calls of one job that one worker makes, one after the other. */
export class Batch {
  readonly #claims: Claims;
  #seen = 0;
  pooled: PooledBatch | undefined;

  constructor(readonly runs: readonly Run[]) {
    this.#claims = new Claims(runs.length);
    for (const run of runs) run.batch = this;
  }

  /** Of which function; it is the same for all of them. */
  get call(): Call {
    return known(this.runs[0], 'first call of a batch').call;
  }

  /** What the worker is told. */
  orderOf(module: string, resultMax: number): BatchOrder {
    const { export: name, args, env, job, node } = this.call;
    const calls = this.runs.map(({ order }) => order);
    return { module, export: name, args, env, job, node, resultMax, calls, claims: this.#claims.memory };
  }

  /** The call that the worker began last. */
  get current(): Run | undefined {
    return this.runs[this.#claims.begun - 1];
  }

  /** Those that began, and have not ended as far as is known here: the current one, and others whose reply is on the way. */
  get underWay(): readonly Run[] {
    return this.runs.slice(0, this.#claims.begun).filter((run) => !run.hasEnded);
  }

  /** Takes back what has not begun, as far as it has not been taken back before. */
  withdraw(): readonly Run[] {
    this.#claims.close();
    return this.runs.slice(this.#claims.begun).filter((run) => run.batch === this && !run.hasEnded);
  }

  /** It makes the same call as when this was last asked, and more wait behind it. */
  isStuck(): boolean {
    const { begun } = this.#claims;
    const isStuck = begun > 0 && begun === this.#seen && begun < this.runs.length;
    this.#seen = begun;
    return isStuck;
  }
}
