import { ballotOf } from '../../../src/tasks/register/epochs.js';
import type { JobId, NodeId, TaskId } from '../../../src/kernel/ids.js';
import type { RegisterId } from '../../../src/tasks/register/head.js';
import { noCounts, type TaskState } from '../../../src/kernel/states.js';
import type { Recorded } from '../../../simnet/history/durables.js';
import { History } from '../../../simnet/history/history.js';
import type { Accept, Cancel, Handback, Offer, Start, Submitted } from '../../../simnet/history/log.js';

const JOB = 'job1' as JobId;
export const task = (index = 0) => `${JOB}/${index}` as TaskId;
export const node = (name: string) => name as NodeId;

/** A history made by hand: one job of two tasks, submitted at n1 and accepted, unless a test says otherwise. */
export class Made {
  readonly history = new History();

  submit(more: Partial<Submitted> = {}): this {
    const base = { askedMs: 0, at: node('n1'), job: JOB, digest: 'd', range: { first: 0, step: 1, count: 2 } };
    this.history.clients.submissions.push({ ...base, answeredMs: 5, outcome: 'ok', tasks: 2, existed: false, ...more });
    return this;
  }

  created(at = 'n1', atMs = 4, digest = 'd'): this {
    const { durables } = this.history;
    const [first] = durables.created;
    const set = [node(at)];
    durables.created.push({ atMs, node: node(at), job: JOB, digest, generation: 0, set });
    if (first) durables.contests.push({ job: JOB, first, second: { set, atMs } });
    return this;
  }

  left(kept: readonly RegisterId[], told: number): this {
    this.history.departures.push({ node: node('n1'), atMs: 50, kept, told });
    return this;
  }

  breach(message: string, atMs: number): this {
    this.history.durables.breaches.push({ atMs, register: JOB, message });
    return this;
  }

  /** An attempt from `startMs` to `endMs`; without an end it runs on. */
  attempt(epoch: number, at: string, startMs: number, endMs?: number, exitCode = 0, index = 0): this {
    this.history.started(node(at), { task: task(index), epoch }, startMs);
    if (endMs === undefined) return this;
    this.history.ended({ task: task(index), epoch }, endMs);
    this.history.attempt(task(index), epoch)!.exitCode = exitCode;
    return this;
  }

  died(at: string, atMs: number): this {
    this.history.died(node(at), atMs);
    return this;
  }

  record(state: Recorded['state'], epoch: number, atMs: number, more: Partial<Recorded> = {}): this {
    const base = { node: node('n1'), task: task(), executor: node('n2'), attempts: 1, failures: 0, losses: 0 };
    const exitCode = state === 'succeeded' ? 0 : state === 'failed' ? 1 : undefined;
    this.history.durables.records.push({ ...base, exitCode, state, epoch, ballot: ballotOf(epoch), atMs, ...more });
    return this;
  }

  read(states: readonly TaskState[], atMs: number, more: { at?: string; isComplete?: boolean } = {}): this {
    const counts = noCounts();
    for (const state of states) counts[state] += 1;
    const { at = 'n1', isComplete = true } = more;
    const told = { atMs, at: node(at), job: JOB, isComplete, counts, states: new Map(states.entries()) };
    this.history.clients.reads.push(told);
    return this;
  }

  cancel(more: Partial<Cancel> = {}): this {
    const base = { askedMs: 10, at: node('n1'), job: JOB, index: undefined, answeredMs: 20, outcome: 'ok' as const };
    this.history.clients.cancels.push({ ...base, tasks: 2, ...more });
    return this;
  }

  cancelNoted(atMs: number): this {
    const range = { first: 0, step: 1, count: 2 };
    this.history.messages.cancelNotes.push({ atMs, node: node('n1'), job: JOB, range });
    return this;
  }

  givenUp(epoch: number, atMs: number): this {
    this.history.messages.givenUp.push({ atMs, task: task(), epoch });
    return this;
  }

  offer(epoch: number, atMs: number, more: Partial<Offer> = {}): this {
    const base = { from: node('n1'), to: node('n2'), task: task(), steals: 0 };
    this.history.messages.offers.push({ ...base, atMs, epoch, ...more });
    return this;
  }

  accept(more: Partial<Accept> = {}): this {
    const base = { atMs: 10, node: node('n2'), job: JOB, running: 2, queued: 3, bound: 5, share: 0.5, total: 8 };
    this.history.messages.accepts.push({ ...base, ...more });
    return this;
  }

  handback(epoch: number, atMs: number, more: Partial<Handback> = {}): this {
    const base = { node: node('n2'), coordinator: node('n1'), task: task(), thief: node('n3') };
    this.history.messages.handbacks.push({ ...base, atMs, epoch, ...more });
    return this;
  }

  steal(given: number, handedBack: number, free = 2): this {
    this.history.messages.steals.push({ atMs: 10, victim: node('n2'), thief: node('n3'), free, given, handedBack });
    return this;
  }

  start(more: Partial<Start>): this {
    const base = { atMs: 5, node: node('n2'), task: task(), epoch: 1, saidEpoch: '1', saidItem: '0', cpus: 2 };
    this.history.messages.starts.push({ ...base, ...more });
    return this;
  }

  sample(stats: Readonly<Record<string, number>>, atMs = 10): this {
    this.history.samples.push({ atMs, node: node('n2'), stats });
    return this;
  }

  rest(restMs: number, healedMs = 0): this {
    Object.assign(this.history.phases, { healedMs, restMs });
    return this;
  }
}

export function made(): Made {
  return new Made();
}

/** What went as it should: submitted, accepted, run, recorded, read. */
export function sound(): Made {
  return made()
    .submit()
    .created()
    .offer(1, 8)
    .attempt(1, 'n2', 10, 20)
    .record('succeeded', 1, 25)
    .attempt(2, 'n3', 10, 20, 1, 1)
    .record('failed', 2, 26, { task: task(1), executor: node('n3') })
    .accept()
    .sample({ queued: 3, asked: 5, running: 2 })
    .rest(100, 50)
    .read(['succeeded', 'failed'], 110)
    .sample({ queued: 0, asked: 0, running: 0 }, 120);
}
