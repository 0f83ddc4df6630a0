import { jobId, nodeId, type NodeId } from '../../src/kernel/ids.js';
import type { TaskState } from '../../src/kernel/states.js';
import type {
  Accepted,
  ClientRequest,
  ClientResult,
  Submission,
  TaskPage,
} from '../../src/node/core/gateway/requests.js';
import type { Cancel, Outcome, Submitted } from '../history/log.js';
import type { Flock } from '../world/flock.js';
import { submissionOf } from '../world/submission.js';
import { durabilityOf } from './durability.js';
import { isCancelStored } from './stored-cancel.js';
import type { CancelPlan, JobPlan, Story } from './story.js';

/** Between two tries of a client. */
const PAUSE_MS = 700;
const TRIES_MAX = 8;
/** Of a client who must have his answer. */
const URGENT_TRIES_MAX = 30;
/** A client with nobody to turn to waits for as long as this many pauses. */
const DOORS_MAX = 200;

type Tried = NonNullable<NonNullable<Submission['repeat']>['tried']>;
type Result = ClientResult | undefined;

/**
 * The clients of a story. They do as covey's own: where the answer is lost or says that nobody knows, they submit again under
 * the same key, anywhere; under a key that a client made up only with what it was told of the doubt.
 */
export class Clients {
  /** Requests and pauses that are under way. */
  #open = 0;

  constructor(
    private readonly flock: Flock,
    private readonly story: Story,
  ) {}

  get isDone(): boolean {
    return this.#open === 0;
  }

  begin(): void {
    for (const job of this.story.jobs) this.#after(job.atMs, () => this.#submit(job, job.at, 1));
    for (const cancel of this.story.cancels) this.#after(cancel.atMs, () => this.#cancel(cancel, 1));
    for (const { atMs, at, job } of this.story.reads) this.#after(atMs, () => this.read(at, job));
  }

  /**
   * Looks at all tasks of a job, and notes what it is told.
   *
   * @param tries - how often it looks again where some home did not answer
   */
  read(at: number, job: string, tries = 0): void {
    this.#ask(at, { op: 'tasks', job: jobId(job), after: -1, limit: 1_000 }, (node, result) => {
      if (!result?.isOk) return;
      const { job: info, tasks, isWhole } = result.value as TaskPage;
      const states = new Map<number, TaskState>(tasks.map(({ index, state }) => [index, state]));
      const { world, history } = this.flock;
      // What a survivor says alone binds nobody.
      const isProvisional = info.degraded === true || tasks.some(({ degraded }) => degraded === true);
      const isComplete = isWhole && !isProvisional;
      const read = { atMs: world.nowMs, at: node, job: info.job, isComplete };
      history.clients.reads.push({ ...read, counts: info.counts, states });
      if (!read.isComplete && tries > 0) this.#after(PAUSE_MS, () => this.read(at, job, tries - 1));
    });
  }

  #submit(plan: JobPlan, at: number, tries: number, repeat?: Submission['repeat']): void {
    const { id, command, tasks, isKeyed, isItemised, retries, cpus, timeoutMs, key, isAtMostOnce = false } = plan;
    const { policy, queue, priority } = plan;
    const submission = submissionOf(id, command, {
      ...{ tasks, isKeyed, retries, needs: { cpus, memBytes: 0, gpus: 0, custom: {} } },
      ...(isItemised ? { items: Array.from({ length: tasks }, (_, i) => `line ${i}`) } : {}),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(key === undefined ? {} : { key }),
      ...(policy === undefined ? {} : { policy }),
      ...(queue === undefined ? {} : { queue }),
      ...(priority === undefined ? {} : { priority }),
      ...(isAtMostOnce ? { contract: 'at-most-once' as const } : {}),
    });
    const { job, digest, range, items } = submission;
    const request = repeat ? { ...submission, repeat } : submission;
    let log: Submitted | undefined;
    const asked = (node: NodeId) => {
      const what = { job, digest, range, items, cpus, isKeyed, isAtMostOnce };
      log = { ...what, askedMs: this.flock.world.nowMs, at: node, answeredMs: undefined, outcome: 'open' };
      this.flock.history.clients.submissions.push(log);
    };
    const answered = (node: NodeId, result: Result) => {
      const noted = log;
      if (!noted) return;
      this.#note(noted, result);
      if (result?.isOk) {
        Object.assign(noted, pick(result.value, 'tasks', 'existed'));
        const accepted = result.value as Accepted;
        if (!accepted.degraded) noted.durability = durabilityOf(this.flock, job, accepted);
      }
      if (!isWorthARepeat(noted) || tries >= TRIES_MAX) return;
      const doubt = repeatOf(noted, result, repeat);
      const next = isKeyed || doubt !== undefined ? at + 1 : indexOf(node);
      this.#after(PAUSE_MS, () => this.#submit(plan, next, tries + 1, doubt));
    };
    this.#ask(at, request, answered, asked);
  }

  #cancel(plan: CancelPlan, tries: number): void {
    const { job: id, at, index } = plan;
    const job = jobId(id);
    let log: Cancel | undefined;
    const asked = (node: NodeId) => {
      log = { askedMs: this.flock.world.nowMs, at: node, job, index, answeredMs: undefined, outcome: 'open' };
      this.flock.history.clients.cancels.push(log);
    };
    const answered = (_node: NodeId, result: Result) => {
      if (!log) return;
      this.#note(log, result);
      if (result?.isOk) Object.assign(log, pick(result.value, 'tasks'));
      const isProvisional = result?.isOk === true && (result.value as { readonly degraded: boolean }).degraded;
      log.isOnDisk = isProvisional || isCancelStored(this.flock, job, index);
      const isUrgent = plan.isUrgent === true && log.outcome !== 'ok' && tries < URGENT_TRIES_MAX;
      const isAgain = isUrgent || (isWorthARepeat(log) && tries < TRIES_MAX);
      if (isAgain) this.#after(PAUSE_MS, () => this.#cancel(plan, tries + 1));
    };
    this.#ask(at, { op: 'cancel', job, index }, answered, asked);
  }

  #note(log: Submitted | Cancel, result: Result): void {
    log.answeredMs = this.flock.world.nowMs;
    log.outcome = outcomeOf(result);
    log.code = result?.isOk === false ? result.error.code : undefined;
  }

  /** Turns to a node that is up, from `at` on; where there is none, later. */
  #ask(
    at: number,
    request: ClientRequest,
    answered: (node: NodeId, result: Result) => void,
    asked: (node: NodeId) => void = () => undefined,
    waits = 0,
  ): void {
    const node = this.#doorFrom(at);
    if (node === undefined) {
      if (waits < DOORS_MAX) this.#after(PAUSE_MS, () => this.#ask(at, request, answered, asked, waits + 1));
      return;
    }
    this.#open += 1;
    asked(node);
    this.flock.node(node).request(request, (result) => {
      this.#open -= 1;
      answered(node, result);
    });
  }

  #doorFrom(at: number): NodeId | undefined {
    const { ids } = this.flock;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[(at + i) % ids.length];
      if (id !== undefined && this.flock.node(id).isUp) return nodeId(id);
    }
    return undefined;
  }

  #after(ms: number, run: () => void): void {
    this.#open += 1;
    this.flock.world.after(ms, () => {
      this.#open -= 1;
      run();
    });
  }
}

function outcomeOf(result: Result): Outcome {
  if (!result) return 'died';
  if (result.isOk) return 'ok';
  return result.error.code === 'outcome-unknown' ? 'unknown' : 'refused';
}

/** As covey's client sees it: 429, 503, 504 and a lost connection. */
function isWorthARepeat({ outcome, code }: { readonly outcome: Outcome; readonly code?: string | undefined }): boolean {
  return outcome === 'died' || outcome === 'unknown' || code === 'unavailable' || code === 'busy';
}

/** What a client that got no answer says when it tries again: on which replicas that was, where it was told. */
function repeatOf(log: Submitted, result: Result, before: Submission['repeat']): Submission['repeat'] {
  const tried = result?.isOk === false ? (result.error.details?.['tried'] as Tried | undefined) : undefined;
  if (tried) return { tried };
  return log.outcome === 'died' || log.outcome === 'unknown' ? (before ?? {}) : before;
}

function pick(value: object, ...names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)));
}

function indexOf(node: NodeId): number {
  return Number(node.slice(1));
}
