import type { Assignment, Work } from '../src/executor/assignment.js';
import type { Scene } from '../src/executor/queue/discipline.js';
import { DISCIPLINES } from '../src/executor/queue/disciplines.js';
import { TaskQueue } from '../src/executor/queue/task-queue.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../src/kernel/disciplines.js';
import { jobId, nodeId, taskId } from '../src/kernel/ids.js';
import { Prng } from '../src/kernel/prng.js';
import { median } from './measure.js';
import type { Row } from './row.js';

const QUEUED = 100_000;
/** Pushed, and then popped, in one measurement. */
const BATCH = 2_000;
const ROUNDS = 21;
const JOBS = 1_000;
const RUNNING = 16;

/** Push and pop at 100,000 queued tasks of 1,000 jobs, under each discipline of an executor's queue. */
export function benchQueues(): Promise<Row[]> {
  const rows = DISCIPLINE_NAMES.flatMap((name) => pushAndPop(name, false));
  return Promise.resolve([...rows, ...pushAndPop('backfill', true)]);
}

/** @param isBlocked - a task waits first in line for which there is no room, and others pass it */
function pushAndPop(name: DisciplineName, isBlocked: boolean): Row[] {
  const prng = new Prng(1);
  const queue = new TaskQueue(DISCIPLINES[name]);
  let made = 0;
  const make = (cpus = 1) => assignmentOf(prng, made++, cpus);
  const now = { monoMs: 0, wallMs: 0 };
  const scene = isBlocked ? busyScene(() => make()) : idleScene();
  if (isBlocked) queue.push(make(2 * RUNNING), now);
  while (queue.size < QUEUED) queue.push(make(), now);
  const pushUs: number[] = [];
  const popUs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const batch = Array.from({ length: BATCH }, () => make());
    now.monoMs += BATCH;
    pushUs.push(perCallUs(() => batch.forEach((one) => queue.push(one, now))));
    popUs.push(
      perCallUs(() => {
        for (let i = 0; i < BATCH; i++) {
          const next = queue.next(scene, now);
          if (!next) throw new Error('nothing may start');
          queue.begin(next.id);
        }
      }),
    );
  }
  const about = `queue: ${name}${isBlocked ? ', the head blocked,' : ''}`;
  const row = { unit: 'us', target: 5, better: 'less' as const };
  return [
    { name: `${about} push at ${QUEUED}`, figure: median(pushUs), ...row },
    { name: `${about} pop at ${QUEUED}`, figure: median(popUs), ...row },
  ];
}

function perCallUs(work: () => void): number {
  const startedAt = performance.now();
  work();
  return ((performance.now() - startedAt) * 1_000) / BATCH;
}

/** Laid out as the executor does it: what is spread lies apart in memory. */
function assignmentOf(prng: Prng, index: number, cpus: number): Assignment {
  const number = prng.below(JOBS);
  const job = jobId(`job${number}`);
  const node = nodeId('node');
  return {
    id: taskId(job, index),
    job,
    shard: 0,
    index,
    epoch: 1,
    attempt: 1,
    steals: 0,
    item: undefined,
    work: workOf(number, cpus),
    coordinator: node,
    set: [node],
    estimateMs: 1 + prng.below(10_000),
    dueMs: prng.below(1e6),
  };
}

function workOf(number: number, cpus: number): Work {
  return {
    name: 'true',
    submitter: `user${number % 10}`,
    argv: ['true'],
    shell: false,
    env: {},
    needs: { cpus, memBytes: 0, gpus: 0, custom: {} },
    priority: (number % 201) - 100,
    contract: 'at-least-once',
  };
}

function idleScene(): Scene {
  return { free: { cpus: 1, memBytes: 0, gpus: 0, custom: {} }, canStart: () => true, places: () => [] };
}

/** Half of the CPUs are taken for long, half are free. */
function busyScene(make: () => Assignment): Scene {
  const places = Array.from({ length: RUNNING }, () => ({ assignment: { ...make(), estimateMs: 1e9 }, sinceMs: 0 }));
  const free = { cpus: RUNNING, memBytes: 0, gpus: 0, custom: {} };
  return { free, canStart: ({ cpus }) => cpus <= RUNNING, places: () => places };
}
