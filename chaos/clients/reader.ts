import { setTimeout as pause } from 'node:timers/promises';
import type { TasksPage } from '../../src/api/schema.js';
import type { Prng } from '../../src/kernel/prng.js';
import { uptimeMs } from '../flock/proc.js';
import { acceptedJobs, isTerminal, tasksOf } from '../history/history.js';
import type { Recorder } from '../history/recorder.js';
import { outcomeOf, type Asking } from './asking.js';

const ASKERS = 5;
const PAUSE_MS = 200;
/** Of the jobs accepted so many are looked at by preference: what is new changes. */
const NEW_JOBS = 40;
const FINAL_AT_ONCE = 8;
const FINAL_PAUSE_MS = 300;

/** Asks daemons how jobs stand, while faults strike and when they are over. */
export class Reader {
  constructor(
    private readonly asking: Asking,
    private readonly recorder: Recorder,
    private readonly prng: Prng,
  ) {}

  /** Asks random daemons of random jobs, again and again, until `signal` is aborted; one that is stopped holds up one asker. */
  async watch(signal: AbortSignal): Promise<void> {
    await Promise.all(Array.from({ length: ASKERS }, () => this.#watch(signal)));
  }

  async #watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const jobs = [...acceptedJobs(this.recorder).keys()];
      const job = this.prng.pick(this.prng.chance(0.7) ? jobs.slice(-NEW_JOBS) : jobs);
      if (job !== undefined) await this.#read(job, this.prng.below(this.recorder.daemons), false);
      await pause(PAUSE_MS);
    }
  }

  /**
   * Asks every daemon of every accepted job until it knows the end of each task, or `deadlineMs` (of the machine's uptime)
   * has passed; the last answers stand.
   */
  async readAll(deadlineMs: number): Promise<void> {
    let open = [...acceptedJobs(this.recorder)].flatMap(([job, { tasks }]) =>
      Array.from({ length: this.recorder.daemons }, (_, through) => ({ job, tasks, through })),
    );
    for (;;) {
      const isLast = uptimeMs() > deadlineMs;
      const left: typeof open = [];
      const queue = open.values();
      const worker = async () => {
        for (const place of queue) {
          const ended = await this.#read(place.job, place.through, true, isLast);
          if (!tasksOf(place.job, place.tasks).every((task) => ended.has(task))) left.push(place);
        }
      };
      await Promise.all(Array.from({ length: FINAL_AT_ONCE }, worker));
      open = left;
      if (open.length === 0 || isLast) return;
      await pause(FINAL_PAUSE_MS);
    }
  }

  /** @returns the tasks that have ended, by a complete answer */
  async #read(job: string, through: number, isFinal: boolean, isLast = false): Promise<ReadonlySet<string>> {
    const askedMs = uptimeMs();
    const reply = await this.asking.ask(through, { method: 'GET', path: `/v1/jobs/${job}/tasks` });
    const answeredMs = uptimeMs();
    const page =
      reply.kind === 'answer' && reply.answer.status === 200 ? (JSON.parse(reply.answer.text) as TasksPage) : undefined;
    if (page?.partial !== false) {
      if (isLast) this.recorder.silences.push({ job, through, why: page ? 'not all answered' : outcomeOf(reply) });
      return new Set();
    }
    const ended = page.tasks.filter(({ state }) => isTerminal(state)).map(({ id }) => id);
    for (const { id, state, epoch, exitCode, reason } of page.tasks) {
      // Of what goes on only the last word counts, else each round would be noted.
      if (isFinal && !isLast && !isTerminal(state) && !this.recorder.ended.has(id)) continue;
      this.recorder.read({ task: id, state, epoch, exitCode, reason, through, askedMs, answeredMs, isFinal });
    }
    return new Set(ended);
  }
}
