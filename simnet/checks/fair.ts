import { jobId, taskId, type TaskId } from '../../src/kernel/ids.js';
import type { Attempt, History } from '../history/history.js';
import type { Finding } from './finding.js';

/** What is known beforehand of one job in fair weather, where nothing excuses a deviation. */
export interface Expected {
  readonly job: string;
  readonly tasks: number;
  /** Of each task, least and most. */
  readonly attempts: readonly [number, number];
  /** The outcome of each, where that is known. */
  readonly state?: string;
  /** Nothing of it starts later than this. */
  readonly startsUntilMs?: number;
  /** No attempt of it takes longer. */
  readonly attemptMaxMs?: number;
}

/** In fair weather a task runs as often as its program and its retries say, as long as it may, and ends as it must. */
export function asExpected({ attempts, durables }: History, expected: Expected, invariant: string): Finding[] {
  const { job, tasks, attempts: range, state, startsUntilMs = Infinity, attemptMaxMs = Infinity } = expected;
  const byTask = new Map<TaskId, Attempt[]>();
  for (const attempt of attempts) byTask.set(attempt.task, [...(byTask.get(attempt.task) ?? []), attempt]);
  const states = new Map(durables.records.map((record) => [record.task, record]));
  const findings: Finding[] = [];
  const say = (atMs: number, message: string) => findings.push({ invariant, message, atMs });
  for (let index = 0; index < tasks; index++) {
    const task = taskId(jobId(job), index);
    const own = byTask.get(task) ?? [];
    const last = own.at(-1);
    const [least, most] = range;
    if (own.length < least || own.length > most) {
      say(last?.startMs ?? 0, `${task} had ${own.length} attempts, not ${least === most ? least : `${least}-${most}`}`);
    }
    const record = states.get(task);
    if (state !== undefined && record && record.state !== state) {
      say(record.atMs, `${task} is ${record.state}, not ${state}`);
    }
    for (const { startMs, endMs, node } of own) {
      if (startMs > startsUntilMs) say(startMs, `${task} started on ${node} ${startMs - startsUntilMs} ms too late`);
      if ((endMs ?? startMs) - startMs > attemptMaxMs) say(startMs, `${task} ran for longer than ${attemptMaxMs} ms`);
    }
  }
  return findings;
}

/** No two attempts of one task run at this moment. */
export function runsOnce(history: History, atMs: number, invariant: string): Finding[] {
  const running = new Map<TaskId, Attempt>();
  return history.running().flatMap((attempt) => {
    const { task, node } = attempt;
    const twin = running.get(task);
    running.set(task, attempt);
    return twin ? [{ invariant, message: `${task} runs on ${twin.node} and on ${node}`, atMs }] : [];
  });
}

/** Nothing starts on a node from when it was told to leave until it is back. */
export function startsNothing(
  { attempts }: History,
  node: string,
  fromMs: number,
  untilMs: number,
  invariant: string,
): Finding[] {
  return attempts.flatMap(({ task, node: at, startMs: atMs }) => {
    if (at !== node || atMs <= fromMs || atMs >= untilMs) return [];
    return [{ invariant, message: `${task} started on ${node}, which was told to leave`, atMs }];
  });
}
