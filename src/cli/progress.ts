import type { JobView } from '../client/index.js';
import { addCounts, noCounts, terminalCount, type TaskState } from '../kernel/states.js';
import { formatDuration } from '../kernel/units.js';
import type { Context } from './command.js';

/** How often plain progress lines come where there is no terminal. */
const LINE_MS = 2_000;

export interface Progress {
  /** False where updates show nothing. */
  readonly shown: boolean;
  update(job: JobView): void;
  /** Takes the bar away; the next update brings it back. */
  clear(): void;
}

/** Where several jobs stand together. */
export interface Standing {
  readonly total: number;
  readonly done: number;
  readonly running: number;
  /** Ended in another way than `succeeded`. */
  readonly failed: number;
  /** Tasks that ended, a second. */
  readonly rate: number;
  /** Undefined while nothing has ended. */
  readonly leftMs: number | undefined;
}

/** Adds up what is known of several jobs. Rate and time left count from the first look, not from the submission. */
export class Tally {
  readonly #jobs = new Map<string, JobView>();
  readonly #beganMs: number;
  #doneBefore: number | undefined;

  constructor(nowMs: number) {
    this.#beganMs = nowMs;
  }

  update(job: JobView): void {
    this.#jobs.set(job.job, job);
  }

  standing(nowMs: number): Standing {
    const counts: Record<TaskState, number> = noCounts();
    let total = 0;
    for (const job of this.#jobs.values()) {
      addCounts(counts, job.counts);
      total += job.tasks;
    }
    const done = terminalCount(counts);
    this.#doneBefore ??= done;
    const rate = nowMs > this.#beganMs ? ((done - this.#doneBefore) * 1000) / (nowMs - this.#beganMs) : 0;
    const leftMs = rate > 0 ? ((total - done) * 1000) / rate : undefined;
    return { total, done, running: counts.running, failed: done - counts.succeeded, rate, leftMs };
  }
}

/** A bar on a terminal, elsewhere a line now and then; nothing with --json or --quiet, or where `plain` is false. */
export async function startProgress(context: Context, options: { readonly plain: boolean }): Promise<Progress> {
  const { io, out } = context;
  if (out.json || out.quiet) return SILENT;
  if (io.stderr.isTTY === true) return bar(context);
  return options.plain ? lines(context) : SILENT;
}

const SILENT: Progress = { shown: false, update: () => undefined, clear: () => undefined };

async function bar({ io, life }: Context): Promise<Progress> {
  const { default: cliProgress } = await import('cli-progress');
  const format = '[{bar}] {value}/{total}  running {running}  failed {failed}  {rate}/s  left {left}';
  const shown = new cliProgress.SingleBar({
    stream: io.stderr,
    format,
    barsize: 24,
    barCompleteChar: '=',
    barIncompleteChar: ' ',
    hideCursor: true,
    clearOnComplete: true,
    stopOnComplete: false,
    gracefulExit: false,
  });
  const tally = new Tally(performance.now());
  let started = false;
  const clear = () => {
    if (started) shown.stop();
    started = false;
  };
  life.atEnd(clear);
  return {
    shown: true,
    update(job) {
      tally.update(job);
      const { total, done, running, failed, rate, leftMs } = tally.standing(performance.now());
      const words = { running, failed, rate: rate.toFixed(rate < 10 ? 1 : 0), left: left(leftMs) };
      if (!started) shown.start(total, done, words);
      started = true;
      shown.setTotal(total);
      shown.update(done, words);
    },
    clear,
  };
}

function lines({ out }: Context): Progress {
  const tally = new Tally(performance.now());
  let saidAtMs = performance.now();
  let said = '';
  return {
    shown: true,
    update(job) {
      tally.update(job);
      const now = performance.now();
      if (now - saidAtMs < LINE_MS) return;
      const { total, done, running, failed, leftMs } = tally.standing(now);
      const line = `${done} of ${total} done, ${running} running, ${failed} failed, left ${left(leftMs)}`;
      if (line !== said) out.note(line);
      said = line;
      saidAtMs = now;
    },
    clear: () => undefined,
  };
}

function left(leftMs: number | undefined): string {
  return leftMs === undefined ? '-' : formatDuration(leftMs);
}
