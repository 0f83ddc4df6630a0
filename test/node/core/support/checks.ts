import { expect } from 'chai';
import type { JobId, NodeId } from '../../../../src/kernel/ids.js';
import type { JobInfo } from '../../../../src/tasks/queries.js';
import type { Ballot } from '../../../../src/tasks/register/ballot.js';
import { coreKey, type StoredCore } from '../../../../src/tasks/register/stored.js';
import { judgeAttempts } from '../../../../simnet/checks/all.js';
import type { Flock } from '../../../../simnet/world/flock.js';
import type { Attempt } from '../../../../simnet/history/history.js';

/** All tasks of a job succeeded, each in the one attempt that was ever made at it. */
export function expectEachOnce(flock: Flock, { job, tasks, counts }: JobInfo): void {
  expect(counts.succeeded).to.equal(tasks);
  const starts = [...flock.history.starts()].filter(([task]) => task.startsWith(`${job}/`));
  expect(starts).to.have.length(tasks);
  expect(flock.history.reruns()).to.deep.equal([]);
  expectSound(flock);
}

/** Whatever ran again had run on `node`, whose death took the attempt or the news of its end, and has a higher epoch. */
export function expectRerunsOnlyOf(flock: Flock, node: string): void {
  for (const task of flock.history.reruns()) {
    const attempts = flock.history.of(task);
    const earlier = attempts.slice(0, -1);
    expect(new Set(earlier.map((attempt) => attempt.node)), task).to.deep.equal(new Set([node]));
    const epochs = attempts.map(({ epoch }) => epoch);
    expect(epochs, task).to.deep.equal(epochs.toSorted((a, b) => a - b));
  }
}

export function startsByNode({ history: { attempts } }: Flock): ReadonlyMap<NodeId, number> {
  const counts = new Map<NodeId, number>();
  for (const { node } of attempts) counts.set(node, (counts.get(node) ?? 0) + 1);
  return counts;
}

/** From the first start to the last end, in ms. */
export function makespan(attempts: readonly Attempt[]): number {
  return (
    Math.max(...attempts.map(({ endMs }) => endMs ?? Infinity)) - Math.min(...attempts.map(({ startMs }) => startMs))
  );
}

/** Work that was done, in ms of one slot. */
export function workOf(attempts: readonly Attempt[]): number {
  return attempts.reduce((sum, { startMs, endMs = startMs }) => sum + endMs - startMs, 0);
}

/** Nothing is under way any more, neither a task nor a request. */
export function expectQuiet(flock: Flock): void {
  const left = flock.up.map(({ id, core }) => ({ id, ...core.stats() }));
  const none = { running: 0, queued: 0, waiting: 0, asked: 0, clients: 0 };
  for (const stats of left) expect(stats).to.include(none);
  expect(flock.history.running()).to.deep.equal([]);
  expectSound(flock);
}

/** No promise is broken that needs nobody's word but the attempts' and the disks'. */
function expectSound({ history }: Flock): void {
  expect(judgeAttempts(history)).to.deep.equal([]);
}

/** The node that coordinates a job, told by what its replicas have promised. */
export function jobHome(flock: Flock, job: JobId): NodeId {
  const [home] = coordinators(flock, job);
  if (home === undefined) throw new Error(`${job} has no coordinator`);
  return home;
}

/** An id for a job whose home will be such a node. */
export function idHomedAt(flock: Flock, isRight: (node: NodeId) => boolean): string {
  const needs = { cpus: 0, memBytes: 0, gpus: 0, custom: {} };
  for (let i = 0; ; i++) {
    const [first] = flock.request(flock.up[0]!.id, { op: 'ring', key: `homed${i}`, needs }).candidates;
    if (first && isRight(first.node)) return `homed${i}`;
  }
}

/** Nodes that coordinate shards of a job. */
export function shardHomes(flock: Flock, job: JobId): NodeId[] {
  const homes = coordinators(flock, `${job}#`);
  return homes.length > 0 ? homes : coordinators(flock, job);
}

/** Those that the latest promises name, of the registers whose names begin so, in the order of the nodes. */
function coordinators(flock: Flock, prefix: string): NodeId[] {
  const latest = new Map<string, Ballot>();
  for (const id of flock.ids) {
    for (const { key, value } of flock.disk(id).range(coreKey(prefix))) {
      const { promised } = value as StoredCore;
      if (prefix.endsWith('#') !== key.includes('#') || !promised) continue;
      if (promised.n > (latest.get(key)?.n ?? 0)) latest.set(key, promised);
    }
  }
  const found = new Set([...latest.values()].map(({ node }) => node));
  return flock.ids.filter((id) => found.has(id));
}
