import type { DisciplineName } from '../kernel/disciplines.js';
import type { Now } from '../kernel/time.js';
import type { Work } from './assignment.js';
import { deadlineMonotonic, fitOn, rateMonotonic, type Stream, type UtilisationTest } from './schedulability.js';

const TESTS: Partial<Record<DisciplineName, UtilisationTest>> = { rm: rateMonotonic, dm: deadlineMonotonic };

/** Each that comes is tested with all others. */
const STREAMS_MAX = 200;
/** Periods without a task of it after which a stream has ended. */
const ABSENT_PERIODS = 3;

interface Seen extends Stream {
  readonly atMs: number;
}

/** The periodic tasks that a node whose queue is `rm` or `dm` has taken on, and whether it keeps up with one more. */
export class Periodic {
  readonly #streams = new Map<string, Seen>();
  readonly #test: UtilisationTest | undefined;

  constructor(
    discipline: DisciplineName,
    private readonly cpus: number,
  ) {
    this.#test = TESTS[discipline];
  }

  /** Why a task is not taken; undefined where it is, and then its stream is counted. */
  refusal(work: Work, index: number, now: Now): string | undefined {
    const { periodMs, runtimeMs, deadlineMs = periodMs } = work;
    if (!this.#test || periodMs === undefined || runtimeMs === undefined || deadlineMs === undefined) return undefined;
    const key = JSON.stringify([work.submitter, work.name, index]);
    for (const [other, { atMs, periodMs }] of this.#streams) {
      if (other === key || now.monoMs - atMs > ABSENT_PERIODS * periodMs) this.#streams.delete(other);
    }
    if (this.#streams.size >= STREAMS_MAX) return `it has ${STREAMS_MAX} periodic tasks already`;
    const stream = { periodMs, runtimeMs, deadlineMs, cpus: Math.max(1, Math.ceil(work.needs.cpus)), atMs: now.monoMs };
    const why = fitOn(this.cpus, [...this.#streams.values(), stream], this.#test);
    if (why === undefined) this.#streams.set(key, stream);
    return why;
  }
}
