import type { Series } from '../measure/result.js';
import type { ModelNode, ModelRun, ModelTask } from './model.js';

const GROUPS_MAX = 64;

export interface Sampling {
  readonly stepMs: number;
  readonly endMs: number;
  /** Otherwise what waits is in one place, and no node has a queue. */
  readonly queuesAtNodes: boolean;
}

/** Ascending; what happens at one instant counts as one change. */
interface Change {
  readonly atMs: number;
  readonly task: number;
  readonly kind: 'arrive' | 'start' | 'end';
}

/**
 * The run as samples at equal steps, each of the state after all that happened until then. With queues at nodes a task
 * that waits counts at the node that will run it: with late binding nobody knew, but there it was served.
 */
export function seriesOf(
  tasks: readonly ModelTask[],
  nodes: readonly ModelNode[],
  run: ModelRun,
  { stepMs, endMs, queuesAtNodes }: Sampling,
): Series {
  const changes = changesOf(tasks, run);
  const slots = nodes.reduce((sum, node) => sum + node.slots, 0);
  const perGroup = Math.ceil(nodes.length / GROUPS_MAX);
  const queues = new Int32Array(nodes.length);
  const series = emptySeries(queuesAtNodes ? Math.ceil(nodes.length / perGroup) : 0);
  const now = { arrived: 0, started: 0, finished: 0, running: 0, busy: 0 };
  let next = 0;
  for (let step = 0; step <= Math.ceil(endMs / stepMs); step++) {
    const atMs = step * stepMs;
    let waited = 0;
    const startedBefore = now.started;
    for (; next < changes.length && (changes[next]?.atMs ?? 0) <= atMs; next++) {
      const change = changes[next];
      const task = change === undefined ? undefined : tasks[change.task];
      if (change === undefined || task === undefined) continue;
      apply(now, change, task);
      const node = run.node[change.task] ?? -1;
      if (change.kind === 'start') waited += change.atMs - task.atMs;
      if (node >= 0 && change.kind !== 'end') queues[node] = (queues[node] ?? 0) + (change.kind === 'arrive' ? 1 : -1);
    }
    const started = now.started - startedBefore;
    series.atMs.push(atMs);
    series.utilisation.push(Math.min(1, now.busy / slots));
    series.running.push(now.running);
    series.queued.push(now.arrived - now.started);
    series.queuedMaxOfANode.push(queuesAtNodes ? queues.reduce((a, b) => Math.max(a, b), 0) : 0);
    series.nodesUp.push(nodes.length);
    series.viewsRight.push(1);
    series.arrived.push(now.arrived);
    series.finished.push(now.finished);
    series.messagesPerS.push(0);
    series.waitMs.push(started === 0 ? 0 : waited / started);
    series.queuedByGroup.forEach((row, group) => row.push(meanOf(queues, group * perGroup, perGroup)));
  }
  return series;
}

type Growing = Readonly<Record<Exclude<keyof Series, 'queuedByGroup'>, number[]>> & {
  readonly queuedByGroup: number[][];
};

function emptySeries(groups: number): Growing {
  return {
    atMs: [],
    utilisation: [],
    running: [],
    queued: [],
    queuedMaxOfANode: [],
    nodesUp: [],
    viewsRight: [],
    arrived: [],
    finished: [],
    messagesPerS: [],
    waitMs: [],
    queuedByGroup: Array.from({ length: groups }, () => []),
  };
}

function changesOf(tasks: readonly ModelTask[], run: ModelRun): Change[] {
  const changes: Change[] = [];
  tasks.forEach(({ atMs }, task) => {
    changes.push({ atMs, task, kind: 'arrive' });
    if ((run.node[task] ?? -1) < 0) return;
    changes.push({ atMs: run.startMs[task] ?? 0, task, kind: 'start' });
    changes.push({ atMs: run.endMs[task] ?? 0, task, kind: 'end' });
  });
  return changes.sort((a, b) => a.atMs - b.atMs);
}

interface Now {
  arrived: number;
  started: number;
  finished: number;
  running: number;
  /** CPUs. */
  busy: number;
}

function apply(now: Now, { kind }: Change, { cpus }: ModelTask): void {
  if (kind === 'arrive') now.arrived += 1;
  else if (kind === 'start') {
    now.started += 1;
    now.running += 1;
    now.busy += cpus;
  } else {
    now.finished += 1;
    now.running -= 1;
    now.busy -= cpus;
  }
}

function meanOf(queues: Int32Array, from: number, length: number): number {
  const group = queues.subarray(from, from + length);
  return group.reduce((a, b) => a + b, 0) / Math.max(1, group.length);
}
