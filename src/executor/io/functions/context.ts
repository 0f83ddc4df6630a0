import { mkdirSync } from 'node:fs';
import type { FunctionContext } from './function-context.js';
import type { BatchOrder, CallOrder, ProgressNote } from './order.js';

/** Progress is told at most so often. */
const PROGRESS_MS = 100;
const TEXT_MAX = 200;

/** What a function gets beside its input; what costs something is made when it is asked for. */
export class CallContext implements FunctionContext {
  readonly task: string;
  readonly job: string;
  readonly index: number;
  readonly attempt: number;
  readonly epoch: number;
  readonly node: string;
  readonly env: Readonly<Record<string, string>>;
  #hasTmpDir = false;
  #abort: AbortController | undefined;
  #isAborted = false;
  #note: ProgressNote | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;
  readonly #batch: BatchOrder;
  readonly #order: CallOrder;
  readonly #tell: (note: ProgressNote) => void;

  constructor(batch: BatchOrder, order: CallOrder, tell: (note: ProgressNote) => void) {
    this.#batch = batch;
    this.#order = order;
    this.#tell = tell;
    ({ job: this.job, node: this.node, env: this.env } = batch);
    ({ task: this.task, index: this.index, attempt: this.attempt, epoch: this.epoch } = order);
  }

  get args(): unknown {
    return this.#batch.args === undefined ? undefined : (JSON.parse(this.#batch.args) as unknown);
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#isAborted) this.#abort.abort();
    return this.#abort.signal;
  }

  get tmpDir(): string {
    if (!this.#hasTmpDir) mkdirSync(this.#order.tmpDir, { recursive: true, mode: 0o700 });
    this.#hasTmpDir = true;
    return this.#order.tmpDir;
  }

  get hasTmpDir(): boolean {
    return this.#hasTmpDir;
  }

  /** An arrow, so that it may be taken out of the context. */
  readonly progress = (value: number | string, text?: string): void => {
    if (typeof value === 'number' && !(value >= 0 && value <= 1)) {
      throw new RangeError(`progress is a number from 0 to 1 or a text, not ${value}`);
    }
    const said = typeof value === 'string' ? value : text;
    this.#note = {
      kind: 'progress',
      key: this.#order.key,
      ...(typeof value === 'number' ? { fraction: value } : {}),
      ...(said === undefined ? {} : { text: said.slice(0, TEXT_MAX) }),
    };
    if (this.#timer === undefined) this.#send();
  };

  /** The task is cancelled, or its time is over. */
  abort(): void {
    this.#isAborted = true;
    this.#abort?.abort();
  }

  /** The call has ended: nothing more is said of it. */
  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  #send(): void {
    const note = this.#note;
    this.#note = undefined;
    this.#timer = undefined;
    if (note === undefined || this.#isOver) return;
    this.#tell(note);
    this.#timer = setTimeout(() => this.#send(), PROGRESS_MS).unref();
  }
}
