import type { TasksPage, TaskView } from '../api/schema.js';
import { isTerminal, type TaskState } from '../kernel/states.js';
import type { Event, EventsQuery } from './events.js';

/** What is needed of a flock to know of its tasks as they come. */
export interface TaskSource {
  wait(job: string, options: { readonly signal: AbortSignal }): Promise<unknown>;
  events(query: EventsQuery): AsyncIterable<Event>;
  tasks(job: string, query: { readonly after: number; readonly limit: number }): Promise<TasksPage>;
}

export interface AsTheyCome {
  /** Tasks in such a state are given. */
  readonly isDue: (state: TaskState) => boolean;
  readonly signal?: AbortSignal | undefined;
}

const PAGE = 1000;

/**
 * The tasks of a job, each once, as soon as it is due; ends with the job. Events tell where to look and when; what is given was
 * read, and the end is that of `wait`: an event that is lost delays a task, and no more.
 */
export async function* asTheyCome(
  flock: TaskSource,
  job: string,
  how: AsTheyCome,
): AsyncGenerator<TaskView, void, undefined> {
  const stop = new AbortController();
  const signal = how.signal ? AbortSignal.any([how.signal, stop.signal]) : stop.signal;
  const watch = new Watch(flock, job, how.isDue, signal);
  const given = new Given(flock, job, how.isDue);
  try {
    for (let isEnded = false; !isEnded;) {
      const news = await watch.next();
      isEnded = news.isEnded;
      if (news.isAll) yield* given.all(signal);
      else yield* given.some(news.due);
    }
  } finally {
    stop.abort();
  }
}

interface News {
  /** Everything must be looked at. */
  readonly isAll: boolean;
  readonly isEnded: boolean;
  readonly due: ReadonlySet<number>;
}

/** What has come of a job since it was last asked for. */
class Watch {
  #due = new Set<number>();
  #isAll = false;
  #isEnded = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: () => void = () => undefined;

  constructor(flock: TaskSource, job: string, isDue: AsTheyCome['isDue'], signal: AbortSignal) {
    const fail = (error: unknown) => this.#note(() => (this.#failure = { error }));
    const ended = () => this.#note(() => (this.#isEnded = this.#isAll = true));
    flock.wait(job, { signal }).then(ended, fail);
    this.#follow(flock, job, isDue, signal).catch(fail);
  }

  async next(): Promise<News> {
    while (!this.#failure && !this.#isAll && this.#due.size === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#failure) throw this.#failure.error;
    const news = { isAll: this.#isAll, isEnded: this.#isEnded, due: this.#due };
    this.#isAll = false;
    this.#due = new Set();
    return news;
  }

  async #follow(flock: TaskSource, job: string, isDue: AsTheyCome['isDue'], signal: AbortSignal): Promise<void> {
    for await (const event of flock.events({ job, signal })) {
      if (event.event === 'task' && isDue(event.state)) this.#note(() => this.#due.add(event.index));
      else if (event.event === 'open' || event.event === 'gap') this.#note(() => (this.#isAll = true));
    }
  }

  #note(what: () => void): void {
    what();
    this.#wake();
  }
}

/** Which tasks were given; those up to `#done` all were. */
class Given {
  readonly #beyond = new Set<number>();
  #done = -1;

  constructor(
    private readonly flock: TaskSource,
    private readonly job: string,
    private readonly isDue: AsTheyCome['isDue'],
  ) {}

  /** Looks at all that was not given. */
  async *all(signal: AbortSignal): AsyncGenerator<TaskView, void, undefined> {
    let after: number | undefined = this.#done;
    let isPrefix = true;
    while (after !== undefined) {
      signal.throwIfAborted();
      const { tasks, next, partial } = await this.flock.tasks(this.job, { after, limit: PAGE });
      isPrefix &&= !partial;
      for (const task of tasks) {
        yield* this.#give(task);
        isPrefix &&= this.#has(task.index);
        if (isPrefix) this.#forgetUpTo(task.index);
      }
      after = next ?? undefined;
    }
  }

  /** Looks where something was told; those beside it that are due come along. */
  async *some(due: ReadonlySet<number>): AsyncGenerator<TaskView, void, undefined> {
    const left = [...due].filter((index) => !this.#has(index)).sort((a, b) => a - b);
    for (let first = left[0]; first !== undefined; first = left[0]) {
      const span = (left.at(-1) ?? first) - first + 1;
      const { tasks } = await this.flock.tasks(this.job, { after: first - 1, limit: Math.min(PAGE, span) });
      for (const task of tasks) yield* this.#give(task);
      const seen = Math.max(first, tasks.at(-1)?.index ?? first);
      left.splice(0, left.findLastIndex((index) => index <= seen) + 1);
    }
  }

  *#give(task: TaskView): Generator<TaskView, void> {
    if (this.#has(task.index) || !(this.isDue(task.state) || isTerminal(task.state))) return;
    this.#beyond.add(task.index);
    yield task;
  }

  #has(index: number): boolean {
    return index <= this.#done || this.#beyond.has(index);
  }

  #forgetUpTo(index: number): void {
    this.#beyond.delete(index);
    this.#done = index;
  }
}
