import { Prng } from '../../src/kernel/prng.js';
import { DRAWN_FAULTS, drawFaults, drawMix, type Mix } from '../faults/draw.js';
import type { MixedKind } from '../faults/fault.js';
import { admissionOf, ranked } from './draw-overload.js';
import { lies } from './lying-disk.js';
import {
  ALONE,
  SCENE_NAMES,
  type CancelPlan,
  type JobPlan,
  type MachinePlan,
  type ReadPlan,
  type Story,
} from './story.js';

/** Flocks of mostly three to seven. */
const SIZES = [1, 2, 3, 3, 3, 4, 4, 5, 5, 5, 6, 7, 7, 9];
const CPUS = [1, 2, 2, 2, 4];
const FOR_MS = [8_000, 15_000, 25_000, 40_000];

/** In one story of so many survivors go on alone soon: most stories are over before real ones would. */
const HASTY = 3;
const HASTY_MS = 2_000;
/** In one of so many some jobs may start at most once. */
const ONCE = 4;
/**
 * In one of so many a disk lies, where there are three nodes and all of them come back. The seeds before are as they were: many are
 * kept for what they have found.
 */
const LYING = 5;
const LYING_FROM = 10_001;
/** Of a sequel. */
const SCENES = 1;

interface Kind {
  readonly command: string;
  readonly tasksMax: number;
  readonly timeoutMs?: number;
}

/** What tasks do: most of them something short, a few what only a patient or a severe scheduler brings to an end. */
const KINDS: readonly Kind[] = [
  { command: 'sleep 5', tasksMax: 200 },
  { command: 'sleep 10-400', tasksMax: 120 },
  { command: 'sleep 10-400', tasksMax: 40 },
  { command: 'sleep 2000', tasksMax: 20 },
  { command: 'sleep 500-8000', tasksMax: 10 },
  { command: 'sleep 9000-20000', tasksMax: 4 },
  { command: 'sleep 300 3', tasksMax: 8 },
  { command: 'fail-first 1 50', tasksMax: 40 },
  { command: 'fail-first 2 400', tasksMax: 12 },
  { command: 'stubborn 300', tasksMax: 20 },
  { command: 'stubborn 60000', tasksMax: 3, timeoutMs: 800 },
  { command: 'hang', tasksMax: 3, timeoutMs: 1_200 },
];
const POISON: Kind = { command: 'poison 300', tasksMax: 1 };

/** What one seed tells: always the same. */
export function drawStory(seed: number): Story {
  const prng = new Prng(seed);
  const nodes = prng.pick(SIZES) ?? 3;
  const forMs = prng.pick(FOR_MS) ?? 15_000;
  const zones = nodes > 2 && prng.chance(0.3) ? 2 + prng.below(2) : 1;
  const machines = Array.from({ length: nodes }, (): MachinePlan => {
    return { cpus: prng.pick(CPUS) ?? 2, zone: zones > 1 ? `z${prng.below(zones)}` : '' };
  });
  const ids = machines.map((_, i) => `n${i}`);
  const jobs = ranked(seed, sometimesOnce(seed, drawJobs(prng, nodes, forMs)));
  const admission = admissionOf(seed);
  const isHasty = seed % HASTY === 0;
  const isLying = seed >= LYING_FROM && seed % LYING === 0 && nodes >= 3;
  return {
    seed,
    machines,
    zonesApartMs: zones > 1 ? 2 + prng.below(60) : 0,
    forMs,
    jobs,
    cancels: drawCancels(prng, jobs, nodes, forMs),
    reads: drawReads(prng, jobs, nodes, forMs),
    faults: [
      ...drawFaults(prng, { nodes: ids, forMs, mix: drawStoryMix(prng) }),
      ...(isLying ? lies(seed, ids, forMs) : []),
    ],
    // Damage may show at any later start, and jobs of scenes may be refused: no scene knows its end beforehand.
    sequel: isLying || admission ? [] : [...prng.sample(SCENE_NAMES, SCENES), ...(isHasty ? [ALONE] : [])],
    ...(isHasty ? { lostAfterMs: HASTY_MS } : {}),
    ...(admission ? { admission } : {}),
    losses: nodes >= 3 && prng.chance(0.3) && !isLying ? [{ atMs: prng.below(forMs), node: prng.below(nodes) }] : [],
  };
}

/** Faults that leave every node up, heard and sure of who there is. */
const GENTLE: readonly MixedKind[] = ['clock-skew', 'clock-jump', 'duplicate', 'reorder', 'slow-fsync'];

/** Mostly of all kinds; now and then what should hardly be felt, or much of a little. */
function drawStoryMix(prng: Prng): Mix {
  const kind = prng.below(10);
  if (kind > 2) return drawMix(prng);
  const kinds = kind === 0 ? GENTLE : prng.sample(DRAWN_FAULTS, 3);
  return Object.fromEntries(kinds.map((each) => [each, 4 + prng.below(12)]));
}

function drawJobs(prng: Prng, nodes: number, forMs: number): JobPlan[] {
  const jobs: JobPlan[] = [];
  const first = 2 + prng.below(7);
  for (let i = 0; i < first; i++) {
    const job = drawJob(prng, `job${String(i).padStart(3, '0')}`, nodes, forMs);
    jobs.push(job);
    if (!job.isKeyed) continue;
    while (prng.chance(0.6)) jobs.push(drawRepeat(prng, job, nodes, forMs));
  }
  return jobs.sort((a, b) => a.atMs - b.atMs);
}

function drawJob(prng: Prng, id: string, nodes: number, forMs: number): JobPlan {
  const { command, tasksMax, timeoutMs } = prng.chance(0.04) ? POISON : (prng.pick(KINDS) ?? POISON);
  const ownTimeoutMs = timeoutMs ?? (prng.chance(0.1) ? 200 + prng.below(2_000) : undefined);
  return {
    atMs: prng.below(forMs),
    at: prng.below(nodes),
    id,
    isKeyed: prng.chance(0.4),
    command,
    tasks: 1 + prng.below(prng.chance(0.3) ? 1 : tasksMax),
    isItemised: prng.chance(0.35),
    retries: prng.chance(0.5) ? 0 : 1 + prng.below(2),
    cpus: prng.pick([1, 1, 1, 1, 0.5, 2]) ?? 1,
    ...(ownTimeoutMs === undefined ? {} : { timeoutMs: ownTimeoutMs }),
    ...(prng.chance(0.2) ? { key: 'hot' } : {}),
  };
}

/** In some stories half of the jobs are at-most-once, by dice of their own; all submissions of one job alike. */
function sometimesOnce(seed: number, jobs: readonly JobPlan[]): JobPlan[] {
  if (seed % ONCE !== ONCE - 1) return [...jobs];
  const prng = new Prng(seed ^ 0x9e3779b9);
  const once = new Set([...new Set(jobs.map(({ id }) => id))].filter(() => prng.chance(0.5)));
  return jobs.map((job) => (once.has(job.id) ? { ...job, isAtMostOnce: true } : job));
}

/** The same again, somewhere; or, seldom, something else under the same key. */
function drawRepeat(prng: Prng, job: JobPlan, nodes: number, forMs: number): JobPlan {
  const atMs = prng.chance(0.4) ? Math.min(forMs, job.atMs + prng.below(50)) : prng.below(forMs);
  const repeat = { ...job, atMs, at: prng.below(nodes) };
  return prng.chance(0.15) ? { ...repeat, tasks: job.tasks + 1 } : repeat;
}

function drawCancels(prng: Prng, jobs: readonly JobPlan[], nodes: number, forMs: number): CancelPlan[] {
  const cancels: CancelPlan[] = [];
  for (const { id: job, atMs: sinceMs, tasks, command } of jobs) {
    // A task that kills its own coordinator is never seen to be the cause (simnet/checks/pending.ts): its user gives it up.
    if (command === POISON.command) cancels.push({ atMs: forMs, at: prng.below(nodes), job, isUrgent: true });
    if (!prng.chance(0.25)) continue;
    const atMs = Math.min(forMs, sinceMs + prng.below(prng.pick([30, 1_000, 10_000]) ?? 30));
    const index = prng.chance(0.5) ? prng.below(tasks) : undefined;
    cancels.push({ atMs, at: prng.below(nodes), job, ...(index === undefined ? {} : { index }) });
  }
  return cancels;
}

function drawReads(prng: Prng, jobs: readonly JobPlan[], nodes: number, forMs: number): ReadPlan[] {
  return Array.from({ length: prng.below(5) }, () => {
    const { id = '', atMs: sinceMs = 0 } = prng.pick(jobs) ?? {};
    return { atMs: sinceMs + prng.below(Math.max(1, forMs - sinceMs)), at: prng.below(nodes), job: id };
  });
}
