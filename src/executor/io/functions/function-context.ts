/** What a function gets as its second argument. */
export interface FunctionContext {
  /** `--args`, or undefined. */
  readonly args: unknown;
  /** Aborted when the task is cancelled or its time is over; five seconds later its worker is ended. */
  readonly signal: AbortSignal;
  /** JOB/INDEX. */
  readonly task: string;
  readonly job: string;
  readonly index: number;
  /** 1 for the first. */
  readonly attempt: number;
  /** Grows with each attempt: to fence side effects with. */
  readonly epoch: number;
  /** Who runs it. */
  readonly node: string;
  /** The job's variables (`--env`). */
  readonly env: Readonly<Record<string, string>>;
  /** A directory of this attempt's own, made when it is first asked for and removed in the end. */
  readonly tmpDir: string;
  /**
   * Says how far it is, for `covey show`.
   *
   * @param value - a fraction from 0 to 1, or a text
   * @throws RangeError for a number that is no fraction
   */
  readonly progress: (value: number | string, text?: string) => void;
}
