import {
  isTerminal,
  type Answer,
  type Breakdown,
  type Cancel,
  type Descriptors,
  type History,
  type Leftover,
  type Mark,
  type Read,
  type Silence,
  type Submission,
} from './history.js';

type OpenSubmission = Submission & { readonly answers: Answer[] };

/** The history as it grows. Of reads it keeps those that can say something new, so that a long run fits into memory. */
export class Recorder implements History {
  readonly submissions: OpenSubmission[] = [];
  readonly cancels: Cancel[] = [];
  readonly reads: Read[] = [];
  readonly silences: Silence[] = [];
  readonly marks: Mark[] = [];
  readonly leftovers: Leftover[] = [];
  readonly descriptors: Descriptors[] = [];
  readonly breakdowns: Breakdown[] = [];
  calmMs = Infinity;

  /** Last outcome that each daemon told of each task. */
  readonly #told = new Map<string, string>();
  readonly #ended = new Set<string>();

  constructor(readonly daemons: number) {}

  /** Tasks whose outcome was read. */
  get ended(): ReadonlySet<string> {
    return this.#ended;
  }

  /** @returns where its answers are to be added */
  submit(submission: Omit<Submission, 'answers'>): Answer[] {
    const answers: Answer[] = [];
    this.submissions.push({ ...submission, answers });
    return answers;
  }

  /** Before its first outcome what a task is doing breaks no promise; after it, it does. */
  read(read: Read): void {
    const { task, state, epoch, exitCode, through, isFinal } = read;
    if (!isTerminal(state)) {
      if (isFinal || this.#ended.has(task)) this.reads.push(read);
      return;
    }
    const place = `${task} ${through}`;
    const said = `${state} ${epoch} ${exitCode}`;
    if (!isFinal && this.#told.get(place) === said) return;
    this.#told.set(place, said);
    this.#ended.add(task);
    this.reads.push(read);
  }
}
