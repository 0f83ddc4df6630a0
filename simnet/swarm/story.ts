import type { DisciplineName } from '../../src/kernel/disciplines.js';
import type { PolicyName } from '../../src/kernel/policies.js';
import type { JobQueue } from '../../src/kernel/queues.js';
import type { AdmissionConfig } from '../../src/node/core/gateway/admission/admission.js';
import { labelOf, type TimedFault } from '../faults/fault.js';

/** One machine; its node is `n<index>`. */
export interface MachinePlan {
  readonly cpus: number;
  readonly zone: string;
  /** In which order it starts what waits there, where that is the point. @default as the seed has it */
  readonly discipline?: DisciplineName;
}

/** A request that a client makes, to the node with that index, or, where it is down, to the next that is up. */
interface Asking {
  /** From the start of the faults, virtual ms. */
  readonly atMs: number;
  readonly at: number;
}

export interface JobPlan extends Asking {
  /** Two plans of one id are one job under a user's key, or a conflict where they differ. */
  readonly id: string;
  /** A key given by the user, so that any node may know it; else the client made it up. */
  readonly isKeyed: boolean;
  /** A program of the virtual runner. */
  readonly command: string;
  readonly tasks: number;
  /** Each task has a line of its own. */
  readonly isItemised: boolean;
  readonly retries: number;
  /** Of each task. */
  readonly cpus: number;
  readonly timeoutMs?: number;
  /** Of placement. */
  readonly key?: string;
  /** How its nodes are chosen; absent: by default. */
  readonly policy?: PolicyName;
  /** Of nodes that share themselves among queues. */
  readonly queue?: Required<JobQueue>;
  readonly priority?: number;
  /** An attempt whose end is not known is not followed by another. */
  readonly isAtMostOnce?: boolean;
}

export interface CancelPlan extends Asking {
  readonly job: string;
  /** Absent: the whole job. */
  readonly index?: number;
  /** The client does not rest before it is answered, even where nobody knows the job. */
  readonly isUrgent?: boolean;
}

export interface LossPlan {
  readonly atMs: number;
  readonly node: number;
}

export interface ReadPlan extends Asking {
  readonly job: string;
}

/** What is played once all is well again, each with an end that is known beforehand. */
export const SCENE_NAMES = [
  'busy',
  'retries',
  'cancels',
  'early-cancels',
  'poison',
  'death',
  'coordinator-away',
  'leaving',
  'split',
  'short-cut',
  'keys',
] as const;
/** Played last where survivors are hasty. */
export const ALONE = 'alone' as const;
/** In no seed's story: each is the point of one that is told (`told/list.ts`). */
export const TOLD_NAMES = [
  'long-cut',
  'strangers',
  'unheard-rumour',
  'lost-answer',
  'offer-again',
  'handed-back-twice',
  'word-overtaken',
  'result-on-its-way',
  'heir-knows-nothing',
  'missed-all',
  'minority-word',
  'stays-informed',
  'late-create',
  'silence-then-refusal',
  'newcomers-key',
  'key-of-the-absent',
  'freed-slots',
  'cancel-meets-failure',
  'cancel-meets-late-offer',
  'later-attempt-dies',
  'outlives-two-takeovers',
  'waves',
  'loads-known',
  'at-a-time',
  'held-back',
  'deadline-moved',
  'timeout-moved',
  'each-time-once',
  'fails-all',
  'head-first',
  'shares-kept',
] as const;
export type ToldName = (typeof TOLD_NAMES)[number];
export type SceneName = (typeof SCENE_NAMES)[number] | typeof ALONE | ToldName;

/** All that a seed decides, as plain data: it can be written down, cut short and told again. */
export interface Story {
  readonly seed: number;
  readonly machines: readonly MachinePlan[];
  /** One way between different zones. */
  readonly zonesApartMs: number;
  /** How long a majority may be dead before a survivor goes on alone. @default that of real nodes */
  readonly lostAfterMs?: number;
  /** What nodes take of clients. @default all */
  readonly admission?: AdmissionConfig;
  /** How long faults happen before all heals. */
  readonly forMs: number;
  readonly jobs: readonly JobPlan[];
  readonly cancels: readonly CancelPlan[];
  readonly reads: readonly ReadPlan[];
  readonly faults: readonly TimedFault[];
  /** Machines that die and stay away until every accepted task has ended. */
  readonly losses: readonly LossPlan[];
  /** After all has healed and come to rest. */
  readonly sequel: readonly SceneName[];
}

/** A story in readable lines, in the order of time. */
export function linesOf(story: Story): string[] {
  const { seed, machines, zonesApartMs, admission, forMs, jobs, cancels, reads, faults, losses, sequel } = story;
  const cpus = machines.map(({ cpus, zone }) => (zone === '' ? String(cpus) : `${cpus} in ${zone}`)).join(', ');
  const apart = zonesApartMs > 0 ? `, zones ${zonesApartMs} ms apart` : '';
  const events = [
    ...jobs.map((job) => ({ atMs: job.atMs, text: jobLine(job) })),
    ...cancels.map(({ atMs, at, job, index }) => {
      return { atMs, text: `${job}${index === undefined ? '' : `/${index}`} is cancelled at n${at}` };
    }),
    ...reads.map(({ atMs, at, job }) => ({ atMs, text: `somebody looks at ${job} at n${at}` })),
    ...faults.map(({ atMs, fault }) => ({ atMs, text: labelOf(fault) })),
    ...losses.map(({ atMs, node }) => ({ atMs, text: `n${node} is lost until the tasks have ended` })),
    { atMs: forMs, text: 'everything heals' },
  ].sort((a, b) => a.atMs - b.atMs);
  return [
    `seed ${seed}: ${machines.length} nodes of ${cpus} CPUs${apart}${admission ? ', not all is taken' : ''}${sequel.length > 0 ? `, then ${sequel.join(', ')}` : ''}`,
    ...events.map(({ atMs, text }) => `${(atMs / 1000).toFixed(3).padStart(8)} s  ${text}`),
  ];
}

function jobLine({
  id,
  at,
  command,
  tasks,
  isItemised,
  isKeyed,
  retries,
  cpus,
  timeoutMs,
  key,
  policy,
  queue,
  isAtMostOnce,
}: JobPlan): string {
  const more = [
    isItemised ? 'a line each' : '',
    isKeyed ? 'under a key' : '',
    retries > 0 ? `${retries} retries` : '',
    cpus === 1 ? '' : `${cpus} CPUs`,
    timeoutMs === undefined ? '' : `timeout ${timeoutMs} ms`,
    key === undefined ? '' : `placed by ${key}`,
    policy === undefined ? '' : `by ${policy}`,
    queue === undefined ? '' : `in ${queue.name}`,
    isAtMostOnce === true ? 'at most once' : '',
  ].filter((word) => word !== '');
  return `${id}, ${tasks} times \`${command}\`, is handed to n${at}${more.length > 0 ? ` (${more.join(', ')})` : ''}`;
}
