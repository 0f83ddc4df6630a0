import { constants } from 'node:os';
import type { NodeId } from '../kernel/ids.js';
import type { Explained, NodeInfo, OneTask } from '../node/core/gateway/requests.js';
import type { Candidate as CoreCandidate } from '../placement/explain.js';
import type { LimitsInfo } from '../tasks/terms.js';
import type { JobInfo, TaskInfo, TaskMore } from '../tasks/queries.js';
import { CONTAINER, lackOf } from '../kernel/resources.js';
import type { Change } from '../tasks/change.js';
import type { Run } from '../tasks/record.js';
import type {
  Candidate,
  Explanation,
  JobEvent,
  JobView,
  LimitsView,
  NodeView,
  RunView,
  TaskDetail,
  TaskEvent,
  TaskResult,
  TaskView,
  ScheduleView,
} from './schema.js';

/** What clients see of the core's answers: ISO times, whole ids, nulls in place of what is not there. */
const iso = (ms: number | undefined) => (ms === undefined || ms === 0 ? null : new Date(ms).toISOString());

const SIGNALS = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** 128 + n stands for signal n, as shells say it. */
function signalOf(exitCode: number | undefined): string | null {
  return exitCode !== undefined && exitCode > 128 ? (SIGNALS.get(exitCode - 128) ?? null) : null;
}

const HELD = 'held back by a user: `covey release` lets it go on';

/** Of the jobs that a task waits for. */
const PARENTS_SHOWN = 3;

export function jobView(info: JobInfo): JobView {
  const { job, name, state, tasks, counts } = info;
  const submittedAt = new Date(info.createdAtMs).toISOString();
  const { run = 1, held = false, degraded = false, after = [], waits, hindrance = null } = info;
  return {
    ...{ job, name, state, tasks, counts, submittedAt, finishedAt: iso(info.finishedAtMs), run },
    schedule: info.schedule ? scheduleView(info.schedule) : null,
    limits: info.limits ? limitsView(info.limits) : null,
    held,
    after,
    waits: waits ? { after: waits.after, until: iso(waits.untilMs) } : null,
    ...{ reason: reasonOf(info) ?? null, degraded, hindrance },
  };
}

function limitsView({ priority = 0, retries = 0, notAfterMs, ...limits }: LimitsInfo): LimitsView {
  const { timeoutMs = null, maxParallel = null, maxFails = null, retryOn = null } = limits;
  return { timeoutMs, priority, maxParallel, maxFails, retries, retryOn, deadline: iso(notAfterMs) };
}

function scheduleView({ cron, zone, overlap, missed, last }: NonNullable<JobInfo['schedule']>): ScheduleView {
  return { cron, zone, overlap, missed, lastAt: iso(last?.untilMs), lastJob: last?.job ?? null };
}

export function taskView(job: JobInfo, task: TaskInfo): TaskView {
  return {
    id: `${job.job}/${task.index}`,
    index: task.index,
    state: task.state,
    executor: task.executor ?? null,
    epoch: task.epoch === 0 ? null : task.epoch,
    attempts: task.attempts,
    run: task.run ?? 1,
    runs: (task.runs ?? []).map(runView),
    exitCode: task.exitCode ?? null,
    signal: signalOf(task.exitCode),
    reason: task.reason ?? reasonOf(job, task.state) ?? null,
    submittedAt: new Date(job.createdAtMs).toISOString(),
    startedAt: iso(task.startedAtMs),
    finishedAt: iso(task.finishedAtMs),
    stdoutBytes: task.stdoutBytes ?? null,
    stderrBytes: task.stderrBytes ?? null,
    cpuMs: task.usage?.cpuMs ?? null,
    peakBytes: task.usage?.peakBytes ?? null,
    hasResult: task.hasResult === true,
    outputs: task.outputs ?? null,
    degraded: task.degraded === true,
  };
}

/**
 * Why a job waits, or was cut short.
 *
 * @param state - of the task that is meant, if it is not all of the job
 */
function reasonOf({ held, waits, reason }: JobInfo, state?: TaskInfo['state']): string | undefined {
  if (held === true && (state ?? 'pending') === 'pending') return HELD;
  const isCut = state === undefined || state === 'cancelled' || state === 'expired';
  return waits ? waitsText(waits) : isCut ? reason : undefined;
}

/** `waits for job k3… to succeed, and for 2026-12-24T18:30:00.000Z to come` */
function waitsText(waits: NonNullable<JobInfo['waits']>): string {
  const how = { ok: 'to succeed', any: 'to end', fail: 'to fail' };
  const parents = waits.after.slice(0, PARENTS_SHOWN).map(({ job, on }) => `job ${job} ${how[on]}`);
  const more = waits.after.length - parents.length;
  const others = more > 0 ? [`${more} more`] : [];
  const time = waits.untilMs === undefined ? [] : [`${new Date(waits.untilMs).toISOString()} to come`];
  return `waits for ${[...parents, ...others, ...time].join(', and for ')}`;
}

/** A job as it stands, as an event. */
export function jobEvent({ job, state, run = 1, finishedAtMs, createdAtMs }: JobInfo): JobEvent {
  return { event: 'job', job, state, run, at: new Date(finishedAtMs ?? createdAtMs).toISOString() };
}

export function changeView({ job, index, state, run, epoch, executor, atMs }: Change): JobEvent | TaskEvent {
  const at = new Date(atMs).toISOString();
  if (index === undefined) return { event: 'job', job, state, run, at };
  const attempt = { epoch: epoch ?? null, executor: executor ?? null };
  return { event: 'task', task: `${job}/${index}`, job, index, state, run, ...attempt, at };
}

function runView({ run, state, exitCode, epoch, executor, finishedAtMs }: Run): RunView {
  const ended = { exitCode: exitCode ?? null, epoch: epoch === 0 ? null : epoch, executor: executor ?? null };
  return { run, state, ...ended, finishedAt: iso(finishedAtMs) };
}

/** @param result - JSON, as its executor made it */
export function resultView(
  { job }: JobInfo,
  { index, state, reason, outputs }: TaskInfo,
  result: string | undefined,
): TaskResult {
  return {
    ...{ task: `${job}/${index}`, index, state, reason: reason ?? null },
    result: result === undefined ? null : JSON.parse(result),
    hasResult: result !== undefined,
    outputs: outputs ?? null,
  };
}

export function taskDetail({ job, task, more, progress }: OneTask): TaskDetail {
  return {
    ...taskView(job, task),
    stdoutTail: Buffer.from(more.stdoutTail).toString('base64'),
    stderrTail: Buffer.from(more.stderrTail).toString('base64'),
    stdoutBytes: more.stdoutBytes,
    stderrBytes: more.stderrBytes,
    progress: progress ? { fraction: progress.fraction ?? null, text: progress.text ?? null } : null,
  };
}

export function candidateView({ node, order, load, bound, free, speed, score, out }: CoreCandidate): Candidate {
  const scored = score === undefined ? {} : { score };
  return { node, order, load, bound, free, speed, ...scored, ...(out === undefined ? {} : { out }) };
}

export function explanation(of: Explained): Explanation {
  const { job, task, more, coordinator, shard } = of;
  return {
    task: `${job.job}/${task.index}`,
    state: task.state,
    summary: [summaryOf(of), ...hindranceText(more), ...provisionalText(of)].join(' '),
    coordinator,
    shard,
    key: more.key,
    path: more.path,
    candidates: of.candidates.map(candidateView),
    filtered: of.filtered.map(({ nodes, out = null }) => ({ nodes, out })),
    scored: of.scored?.measure ? { policy: of.scored.policy, ...of.scored.measure } : null,
    queue: of.queue ?? null,
    waiting: more.waiting,
    learntMs: more.learntMs ?? null,
    degraded: degradedView(more.degraded),
  };
}

function summaryOf({ job, task, more, candidates, filtered, queue }: Explained): string {
  const times = (what: string) => more.path.filter((step) => step.what === what).length;
  const way = [
    [times('refused'), 'refused'],
    [times('stolen'), 'stolen'],
    [times('preempted'), 'stopped for a shorter task'],
    [times('lost'), 'lost'],
  ]
    .filter(([n]) => n !== 0)
    .map(([n, what]) => `${what} ${n === 1 ? 'once' : `${n} times`}`)
    .join(', ');
  const again = (task.run ?? 1) > 1 ? ` (run ${task.run}, retried after run ${(task.run ?? 1) - 1})` : '';
  const after = `${way === '' ? '' : `, after it was ${way}`}${again}`;
  switch (task.state) {
    case 'pending': {
      if (job.waits) return `It ${waitsText(job.waits)}.`;
      if (candidates.every(({ out }) => out !== undefined)) {
        return `It waits: ${lacksEngine(filtered) ? NO_ENGINE : 'no node can take it now'}${after}.`;
      }
      return `It waits at its coordinator with ${more.waiting} others for a node with room${after}.`;
    }
    case 'queued':
      return `It waits in the queue of ${shown(task.executor)}${queue ? queueText(queue) : ''}${after}.`;
    case 'running':
      return `It runs on ${shown(task.executor)}${after}.`;
    default: {
      const first = candidates[0]?.node;
      const where = task.executor === undefined ? 'It never ran' : `It ran on ${shown(task.executor)}`;
      const why = task.executor !== undefined && task.executor === first ? ', the first on the ring for its key' : '';
      const reason = task.reason ?? reasonOf(job, task.state);
      return `${where}${why}${after}, and is ${task.state}${reason === undefined ? '' : `: ${reason}`}.`;
    }
  }
}

function queueText({ discipline, position, queued }: NonNullable<Explained['queue']>): string {
  return `, number ${position} of ${queued} by ${discipline}`;
}

const NO_ENGINE = 'no node has podman or docker';

/** Of the nodes that are there. */
function lacksEngine(filtered: Explained['filtered']): boolean {
  const here = filtered.filter(({ out }) => out !== 'dead' && out !== 'left');
  return here.length > 0 && here.every(({ out }) => out === lackOf(CONTAINER));
}

/** Why nothing of it gets on: what cannot be recorded now. */
function hindranceText({ hindrance, isCommitting, isAtMostOnce }: TaskMore): string[] {
  if (isAtMostOnce === true && hindrance !== undefined) {
    const rule =
      'It runs at most once: an attempt starts only when a majority of its replicas has recorded that it may';
    return [`${rule}. That, and an end of it, cannot be recorded now: ${hindrance}.`];
  }
  if (isCommitting === true) {
    return [
      `What became of it waits to be recorded: ${hindrance ?? 'a majority of its replicas has yet to confirm it'}.`,
    ];
  }
  return hindrance === undefined ? [] : [`An end of it cannot be recorded now: ${hindrance}.`];
}

function degradedView(degraded: TaskMore['degraded']): Explanation['degraded'] {
  if (!degraded) return null;
  const { gone, replicas, sinceMs } = degraded;
  return { gone, replicas, since: new Date(sinceMs).toISOString() };
}

/** What it means that a survivor speaks for it alone, and how that ends. */
function provisionalText({ task, more }: OneTask): string[] {
  if (!more.degraded || task.degraded !== true) return [];
  const { gone, replicas, missing, sinceMs } = more.degraded;
  const dead = `${gone} of its ${replicas} replicas ${gone === 1 ? 'has' : 'have'} been dead`;
  const enough = gone === 1 ? 'that one is' : missing === 1 ? 'one of them is' : `${missing} of them are`;
  const means = `no majority was there after ${new Date(sinceMs).toISOString()}`;
  return [`This is provisional: ${dead}, and ${means}; it becomes final when ${enough} back.`];
}

function shown(node: NodeId | undefined): string {
  return node === undefined ? 'no node' : node.slice(-8);
}

export function nodeView({ member, load, rttMs }: NodeInfo, self: NodeId): NodeView {
  const { id, state, boot, draining, profile } = member;
  return {
    ...{ id, state, boot, draining, self: id === self },
    addresses: profile.addresses,
    version: profile.version,
    cpus: profile.capacity.cpus,
    load: load ? { running: load.running, queued: load.queued, waiting: load.waiting, free: load.free } : null,
    speed: profile.speed,
    resources: profile.capacity,
    labels: profile.labels,
    zone: profile.zone,
    discipline: profile.discipline ?? 'fifo',
    rttMs: rttMs ?? null,
  };
}
