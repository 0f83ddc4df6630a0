import { balanceOf } from '../measure/balance.js';
import { distributionOf } from '../measure/distribution.js';
import { makespanOf } from '../measure/makespan.js';
import type { RunResult } from '../measure/result.js';
import { boundedSlowdown } from '../measure/slowdown.js';
import { runCentral } from './central.js';
import type { ModelNode, ModelRun, ModelTask } from './model.js';
import { seriesOf } from './series.js';
import { runSparrow } from './sparrow.js';

export type Baseline = 'central' | 'sparrow';

export const BASELINES: readonly Baseline[] = ['central', 'sparrow'];

export interface BaselineOptions {
  readonly scenario: string;
  readonly seed: number;
  /** One way; the omniscient queue has none. */
  readonly latencyMs: number;
  /** Between samples. @default 300 until the last arrival, at most 3,000 */
  readonly stepMs?: number;
}

/**
 * What a reference makes of the same trace on the same nodes: an idealised run to compare with. Faults do not touch it.
 * `wallMs` is 0, since a model has no clock, and `traceHash` empty; tasks that fit no node are accepted and never run.
 */
export function runBaseline(
  which: Baseline,
  tasks: readonly ModelTask[],
  nodes: readonly ModelNode[],
  options: BaselineOptions,
): RunResult {
  const run = which === 'central' ? runCentral(tasks, nodes) : runSparrow(tasks, nodes, options);
  return resultOf(which, tasks, nodes, run, options);
}

function resultOf(
  policy: Baseline,
  tasks: readonly ModelTask[],
  nodes: readonly ModelNode[],
  run: ModelRun,
  { scenario, seed, stepMs }: BaselineOptions,
): RunResult {
  const ran = tasks.flatMap((task, i) => ((run.node[i] ?? -1) < 0 ? [] : [{ task, i }]));
  const times = ran.map(({ task, i }) => {
    const [startMs, endMs] = [run.startMs[i] ?? 0, run.endMs[i] ?? 0];
    const responseMs = endMs - task.atMs;
    return { waitMs: startMs - task.atMs, responseMs, slowdown: boundedSlowdown(responseMs, endMs - startMs), endMs };
  });
  const endMs = times.reduce((last, t) => Math.max(last, t.endMs), 0);
  const lastMs = tasks.reduce((last, { atMs }) => Math.max(last, atMs), 0);
  const done = ran.map(({ task }) => task);
  const messages = Object.values(run.messages).reduce((sum, n) => sum + n, 0);
  return {
    scenario,
    policy,
    transport: 'model',
    nodes: nodes.length,
    slots: nodes.reduce((sum, { slots }) => sum + slots, 0),
    seed,
    traceHash: '',
    virtualMs: endMs,
    wallMs: 0,
    events: run.events,
    tasks: {
      submitted: tasks.length,
      accepted: tasks.length,
      succeeded: ran.length,
      failed: 0,
      cancelled: 0,
      lost: 0,
      reruns: 0,
      steals: 0,
    },
    waitMs: distributionOf(times.map((t) => t.waitMs)),
    responseMs: distributionOf(times.map((t) => t.responseMs)),
    slowdown: distributionOf(times.map((t) => t.slowdown)),
    makespan: makespanOf(done, nodes, endMs),
    balance: balanceOf(sharesOf(tasks, nodes, run)),
    traffic: {
      messagesPerNodeS: endMs > 0 ? messages / nodes.length / (endMs / 1000) : 0,
      bytesPerNodeS: 0,
      gossipBytesPerNodeS: 0,
      messagesByKind: run.messages,
    },
    series: seriesOf(tasks, nodes, run, {
      stepMs: stepMs ?? Math.max(1, endMs / 3000, lastMs / 300),
      endMs,
      queuesAtNodes: policy === 'sparrow',
    }),
    faults: [],
  };
}

function sharesOf(tasks: readonly ModelTask[], nodes: readonly ModelNode[], run: ModelRun) {
  const shares = nodes.map(({ slots }) => ({ tasks: 0, busyMs: 0, slots }));
  tasks.forEach(({ cpus }, i) => {
    const share = shares[run.node[i] ?? -1];
    if (share === undefined) return;
    share.tasks += 1;
    share.busyMs += cpus * ((run.endMs[i] ?? 0) - (run.startMs[i] ?? 0));
  });
  return shares;
}
