import { BUILT_IN_POLICIES } from '../../src/kernel/policies.js';
import { Prng } from '../../src/kernel/prng.js';
import type { JobQueue } from '../../src/kernel/queues.js';
import type { AdmissionConfig } from '../../src/node/core/gateway/admission/admission.js';
import { isOrdered } from './draw-discipline.js';
import type { JobPlan } from './story.js';

/** The seeds before are as they were. */
const FROM = 12_001;
/** In one story of so many jobs are placed by other policies. */
const PLACED = 2;
/** In one of so many nodes do not take all that clients want. */
const OVERLOADED = 5;
/** So that it does not follow from what is drawn elsewhere. */
const DICE = 0x0ad5;

const QUEUES: readonly (Required<JobQueue> | undefined)[] = [
  { name: 'heavy', settings: { weight: 4, guarantee: 0.5, discipline: 'sjf' } },
  { name: 'light', settings: { weight: 0.5 } },
  { name: 'bounded', settings: { weight: 1, limit: 0.5, discipline: 'priority' } },
  undefined,
];

const ADMISSIONS: readonly AdmissionConfig[] = [
  { limit: { limiter: 'token-bucket', rate: 1, windowMs: 1_000, burst: 2 } },
  { limit: { limiter: 'leaky-bucket', rate: 2, windowMs: 1_000, burst: 3 } },
  { limit: { limiter: 'sliding-window', rate: 3, windowMs: 5_000, burst: 3 } },
  { shedAbove: 0.5 },
  { shedAbove: 4, limit: { limiter: 'token-bucket', rate: 4, windowMs: 1_000, burst: 4 } },
];

/** How jobs of a story are placed, queued and ranked; all submissions of one job alike. */
export function ranked(seed: number, jobs: readonly JobPlan[]): JobPlan[] {
  if (seed < FROM) return [...jobs];
  const prng = new Prng(seed ^ DICE);
  const more = new Map<string, Partial<JobPlan>>();
  for (const { id } of jobs) {
    const [policy, queue, priority] = [prng.pick(BUILT_IN_POLICIES), prng.pick(QUEUES), prng.below(21) - 10];
    if (more.has(id)) continue;
    more.set(id, {
      ...(seed % PLACED === 0 && policy ? { policy } : {}),
      ...(isOrdered(seed) && queue ? { queue } : {}),
      ...(isOrdered(seed) || isOverloaded(seed) ? { priority } : {}),
    });
  }
  return jobs.map((job) => ({ ...job, ...more.get(job.id) }));
}

/** What nodes of a story take of clients; undefined: all. */
export function admissionOf(seed: number): AdmissionConfig | undefined {
  return isOverloaded(seed) ? new Prng((seed ^ DICE) + 1).pick(ADMISSIONS) : undefined;
}

function isOverloaded(seed: number): boolean {
  return seed >= FROM && seed % OVERLOADED === 0;
}
