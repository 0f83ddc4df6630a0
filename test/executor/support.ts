import { jobId, nodeId, taskId, type TaskId } from '../../src/kernel/ids.js';
import type { Resources } from '../../src/kernel/resources.js';
import type { Now } from '../../src/kernel/time.js';
import type { Assignment, Group, Work } from '../../src/executor/assignment.js';
import type { Admission, ExecutorEffect, ExecutorEvent, Offer } from '../../src/executor/events.js';
import type { ExecutorConfig } from '../../src/executor/config.js';
import { Executor } from '../../src/executor/executor.js';
import type { AttemptEnd } from '../../src/executor/runner.js';

export const JOB = jobId('jobs');
export const SELF = nodeId('self');
export const HOME = nodeId('home');
export const THIEF = nodeId('thief');
/** The replicas of the shard. */
export const SET = [HOME, nodeId('second'), nodeId('third')];

export function resources(cpus: number, more: Partial<Resources> = {}): Resources {
  return { cpus, memBytes: 0, gpus: 0, custom: {}, ...more };
}

export function workOf(more: Partial<Work> = {}): Work {
  return {
    name: 'true',
    submitter: 'me',
    argv: ['true'],
    shell: false,
    env: {},
    needs: resources(1),
    contract: 'at-least-once',
    ...more,
  };
}

export function offerOf(tasks: readonly (Partial<Offer['tasks'][number]> & { index: number })[], more = {}): Offer {
  return {
    ...{ from: HOME, ballot: 1, startsNow: false, set: SET, job: JOB, shard: 0, work: workOf(), ...more },
    tasks: tasks.map((task) => ({ epoch: 1, attempt: 1, steals: 0, ...task })),
  };
}

export function assignmentOf(index: number, more: Partial<Assignment> = {}): Assignment {
  return {
    ...{ id: taskId(JOB, index), job: JOB, shard: 0, index, epoch: 1, attempt: 1, steals: 0, item: undefined },
    ...{ work: workOf(), coordinator: HOME, set: SET, estimateMs: 0, ...more },
  };
}

export function endOf(more: Partial<AttemptEnd> = {}): AttemptEnd {
  const empty = new Uint8Array(0);
  return {
    ...{ exitCode: 0, startedAtMs: 1, finishedAtMs: 2 },
    ...{ stdoutTail: empty, stderrTail: empty, stdoutBytes: 0, stderrBytes: 0, ...more },
  };
}

const UNBOUNDED: Admission = { bound: () => Infinity, workBoundMs: () => Infinity };

/** An executor, a clock, and short words for what happens to it. Effects of the latest call stand in `effects`. */
export class Rig {
  monoMs = 1_000_000;
  effects: readonly ExecutorEffect[] = [];
  readonly executor: Executor;

  constructor(capacity: Resources, config: Partial<ExecutorConfig> = {}, admission: Partial<Admission> = {}) {
    this.executor = new Executor(
      SELF,
      capacity,
      {},
      { ...UNBOUNDED, ...admission },
      { queueMax: 512, runningMax: 512, graceMs: 5_000, discipline: 'fifo', ...config },
    );
  }

  get now(): Now {
    return { monoMs: this.monoMs, wallMs: this.monoMs + 7 };
  }

  offer(offer: Offer): { accepted: number[]; reason?: string } {
    const { effects, ...answer } = this.executor.offer(offer, this.now);
    this.effects = effects;
    return answer;
  }

  /** Offers tasks of one CPU each, by their indexes. */
  give(...indexes: number[]): { accepted: number[]; reason?: string } {
    return this.offer(offerOf(indexes.map((index) => ({ index }))));
  }

  step(event: ExecutorEvent): readonly ExecutorEffect[] {
    return (this.effects = this.executor.step(event, this.now));
  }

  end(index: number, end: Partial<AttemptEnd> = {}, epoch = 1, job = JOB): readonly ExecutorEffect[] {
    return this.step({ kind: 'ended', attempt: { task: taskId(job, index), epoch }, end: endOf(end) });
  }

  /** The runner has started `next` in the place of `index`. */
  endWithFollower(index: number, next: number, end: Partial<AttemptEnd> = {}): readonly ExecutorEffect[] {
    const [attempt, follower] = [index, next].map((i) => ({ task: taskId(JOB, i), epoch: 1 }));
    return this.step({ kind: 'ended', attempt: attempt!, end: endOf(end), follower: follower! });
  }

  record(index: number, epoch = 1): readonly ExecutorEffect[] {
    return this.step({ kind: 'recorded', attempt: { task: taskId(JOB, index), epoch } });
  }

  revoke(...tasks: Group['tasks']): number[] {
    const { unknown, effects } = this.executor.revoke({ job: JOB, shard: 0, tasks }, this.now);
    this.effects = effects;
    return unknown;
  }

  /** What it holds of the shard: somebody asks who coordinates it under this ballot. */
  held(ballot: number, from = HOME, shard = 0): string[] {
    const { held, effects } = this.executor.held(from, [{ job: JOB, shard, ballot, set: SET }], this.now);
    this.effects = effects;
    return held.map(({ assignment, state }) => `${assignment.index} ${state}`);
  }

  giveTo(n: number, mayTake: (assignment: Assignment) => boolean = () => true): number {
    const { given, effects } = this.executor.giveTo(THIEF, n, mayTake, this.now);
    this.effects = effects;
    return given;
  }

  /** Fires the timer that the latest call armed. */
  fire(): readonly ExecutorEffect[] {
    const armed = this.effects.findLast((effect) => effect.kind === 'arm')!;
    return this.step({ kind: 'timer', timer: armed.timer });
  }

  /** Indexes of the tasks that the latest call started, in order. */
  get started(): number[] {
    return this.effects.flatMap((effect) => (effect.kind === 'start' ? [indexOf(effect.attempt.task)] : []));
  }

  /** The task that the latest call named to follow; null: it named none; undefined: it said nothing of that. */
  get next(): number | null | undefined {
    const said = this.effects.find((effect) => effect.kind === 'next');
    return said && (said.next ? indexOf(said.next.attempt.task) : null);
  }

  /** `index: how` of the results that the latest call told. */
  get results(): string[] {
    return this.effects.flatMap((effect) => {
      return effect.kind === 'result' ? [`${effect.assignment.index}: ${effect.outcome.how}`] : [];
    });
  }

  /** `term` and `kill`, each with its task. */
  get signals(): string[] {
    return this.effects.flatMap((effect) => {
      return effect.kind === 'signal' ? [`${effect.how} ${indexOf(effect.attempt.task)}`] : [];
    });
  }

  /** Indexes handed back by the latest call. */
  get handedBack(): number[] {
    return this.effects.flatMap((e) => (e.kind === 'handback' ? e.tasks.map(({ index }) => index) : []));
  }
}

export function indexOf(task: TaskId): number {
  return Number(task.split('/')[1]);
}
