import type { Injector } from '../faults/injector.js';
import { balanceOf } from '../measure/balance.js';
import { distributionOf } from '../measure/distribution.js';
import { makespanOf } from '../measure/makespan.js';
import type { FaultSpan, RunResult, Series, TaskCounts, Traffic } from '../measure/result.js';
import { boundedSlowdown } from '../measure/slowdown.js';
import type { Scenario } from '../scenario/scenario.js';
import type { Trace } from '../workload/trace.js';
import type { Flock } from '../world/flock.js';
import type { Clients } from './clients.js';
import type { Recorder } from './recorder.js';

/** A run that has come to its end. */
export interface Run {
  readonly scenario: Scenario;
  readonly flock: Flock;
  readonly recorder: Recorder;
  readonly clients: Clients;
  readonly injector: Injector;
  readonly beganMs: number;
  readonly eventsBefore: number;
  readonly steals: number;
  readonly series: Series;
  readonly traffic: Traffic;
  readonly wallMs: number;
}

export function resultOf(run: Run): RunResult {
  const { scenario, flock, recorder } = run;
  const machines = flock.ids.map((id) => flock.machine(id));
  const capacity = machines.map(({ profile }) => ({ slots: profile.capacity.cpus, speed: profile.speed }));
  const ended = scenario.trace.filter((_, task) => recorder.isFinished(task));
  const shares = machines.map(({ id, profile }) => {
    return { ...(recorder.shares.get(id) ?? { tasks: 0, busyMs: 0 }), slots: profile.capacity.cpus };
  });
  const lastEndMs = recorder.endMs.reduce(
    (last, ms, task) => (recorder.isFinished(task) ? Math.max(last, ms) : last),
    0,
  );
  return {
    scenario: scenario.name,
    policy: scenario.policy,
    transport: 'simulated',
    nodes: scenario.nodes.length,
    slots: scenario.nodes.reduce((sum, { cpus }) => sum + cpus, 0),
    seed: scenario.seed,
    traceHash: flock.traceHash,
    virtualMs: flock.world.nowMs - run.beganMs,
    wallMs: run.wallMs,
    events: flock.trace.events - run.eventsBefore,
    tasks: countsOf(run),
    ...timesOf(scenario.trace, recorder),
    makespan: makespanOf(ended, capacity, lastEndMs),
    balance: balanceOf(shares),
    traffic: run.traffic,
    series: run.series,
    faults: spansOf(run),
  };
}

function countsOf({ clients, recorder, steals }: Run): TaskCounts {
  const of = (state: 'succeeded' | 'cancelled') => recorder.outcomes.get(state) ?? 0;
  const [succeeded, cancelled] = [of('succeeded'), of('cancelled')];
  return {
    submitted: clients.arrived,
    accepted: clients.accepted,
    succeeded,
    failed: recorder.finishedCount - succeeded - cancelled,
    cancelled,
    lost: Math.max(0, clients.accepted - recorder.finishedCount),
    reruns: recorder.attemptCount - recorder.startedCount,
    steals,
  };
}

function timesOf(trace: Trace, recorder: Recorder): Pick<RunResult, 'waitMs' | 'responseMs' | 'slowdown'> {
  const { firstStartMs, endMs, runMs } = recorder;
  const arrivedMs = (task: number) => trace[task]?.atMs ?? 0;
  const finished = trace.flatMap((_, task) => (recorder.isFinished(task) ? [task] : []));
  const started = finished.filter((task) => !Number.isNaN(firstStartMs[task]));
  const responseMs = Float64Array.from(finished, (task) => (endMs[task] ?? 0) - arrivedMs(task));
  const ran = finished.flatMap((task, i) =>
    Number.isNaN(runMs[task]) ? [] : [{ task, responseMs: responseMs[i] ?? 0 }],
  );
  return {
    waitMs: distributionOf(Float64Array.from(started, (task) => (firstStartMs[task] ?? 0) - arrivedMs(task))),
    responseMs: distributionOf(responseMs),
    slowdown: distributionOf(ran.map(({ task, responseMs }) => boundedSlowdown(responseMs, runMs[task] ?? 0))),
  };
}

/** As times since the beginning, and none beyond the end. */
function spansOf({ injector, flock, beganMs }: Run): FaultSpan[] {
  const lengthMs = flock.world.nowMs - beganMs;
  return injector.spans.map(({ atMs, untilMs, label }) => {
    return { atMs: atMs - beganMs, untilMs: Math.min(untilMs - beganMs, lengthMs), label };
  });
}
