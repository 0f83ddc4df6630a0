import type { Flock, JobAnswer, TaskView } from '../client/index.js';
import { isTerminal, terminalCount } from '../kernel/states.js';
import type { Context } from './command.js';
import { printOutputs, STREAMS } from './output.js';
import type { Progress } from './progress.js';

/** Tasks on a page while the job goes on: a look is cheap where the first of them has not ended. */
const LOOK = 100;

/**
 * Prints the output of an array while it runs, each task's once it has ended, in the order of their indexes: a task whose
 * turn it is holds back those behind it. The progress bar is taken away first.
 */
export class ArrayOutput {
  /** The last that was printed does not end its line: a bar would overwrite it. */
  isLineOpen = false;
  #after: number | undefined;
  #ended = 0;

  constructor(
    private readonly context: Context,
    private readonly flock: Flock,
    private readonly job: string,
    private readonly progress: Progress,
    private readonly signal: AbortSignal,
  ) {}

  /** Prints what has come since the last time; where the job has ended, all the rest. */
  async advance({ state, counts }: JobAnswer): Promise<void> {
    const ended = terminalCount(counts);
    if (ended === this.#ended && !isTerminal(state)) return;
    this.#ended = ended;
    await printOutputs(this.context, this.flock, isTerminal(state) ? this.#rest() : this.#next(), {
      streams: STREAMS,
      follow: false,
      signal: this.signal,
      onGone: (task, error) => {
        this.progress.clear();
        this.context.out.note(`the output of ${task} is not to be had: ${error.message}`);
      },
      onPrint: (piece) => {
        this.progress.clear();
        this.isLineOpen = piece.at(-1) !== LINE_FEED;
      },
    });
  }

  /** The tasks up to the first that has not ended, or whose home does not answer. */
  async *#next(): AsyncGenerator<TaskView, void> {
    for (;;) {
      const page = await this.flock.tasks(this.job, { limit: LOOK, after: this.#after });
      if (page.partial) {
        this.#ended = UNKNOWN;
        return;
      }
      for (const task of page.tasks) {
        if (!isTerminal(task.state)) return;
        this.#after = task.index;
        yield task;
      }
      if (page.next === null) return;
    }
  }

  async *#rest(): AsyncGenerator<TaskView, void> {
    for (;;) {
      const { tasks, next, partial } = await this.flock.tasks(this.job, { after: this.#after });
      if (partial) this.context.out.note('not every node answered: the output of some tasks may be missing');
      yield* tasks;
      if (next === null) return;
      this.#after = next;
    }
  }
}

const LINE_FEED = 10;
/** Whatever the next count is, it is another. */
const UNKNOWN = -1;
