import type { DisciplineName } from '../../../src/kernel/disciplines.js';
import { TOLD_NAMES, type MachinePlan, type Story, type ToldName } from '../story.js';

const QUIET: Omit<Story, 'machines' | 'sequel'> = {
  ...{ seed: 1, zonesApartMs: 0, forMs: 1_000 },
  ...{ jobs: [], cancels: [], reads: [], faults: [], losses: [] },
};

/**
 * Stories of states that chance seldom brings about: a flock to which nothing happens, and then the scene of that name
 * (`scenes.ts`). One that does not come to its point is a finding, so that it cannot grow pointless unnoticed.
 */
export const TOLD: Readonly<Record<ToldName, Story>> = {
  'long-cut': { ...QUIET, machines: machines(5, 4), sequel: ['long-cut'] },
  strangers: { ...QUIET, machines: machines(8, 2), sequel: ['strangers'] },
  'unheard-rumour': { ...QUIET, machines: machines(9, 2), sequel: ['unheard-rumour'] },
  'lost-answer': { ...QUIET, machines: machines(3, 4), sequel: ['lost-answer'] },
  'offer-again': { ...QUIET, machines: machines(3, 2), sequel: ['offer-again'] },
  'handed-back-twice': { ...QUIET, machines: [...machines(1, 9), ...machines(1, 20)], sequel: ['handed-back-twice'] },
  'word-overtaken': { ...QUIET, machines: machines(4, 2), sequel: ['word-overtaken'] },
  'result-on-its-way': { ...QUIET, machines: machines(3, 4), sequel: ['result-on-its-way'] },
  'heir-knows-nothing': { ...QUIET, machines: machines(3, 4), sequel: ['heir-knows-nothing'] },
  'missed-all': { ...QUIET, machines: machines(3, 2), sequel: ['missed-all'] },
  'minority-word': { ...QUIET, machines: machines(3, 2), sequel: ['minority-word'] },
  'stays-informed': { ...QUIET, machines: machines(3, 2), sequel: ['stays-informed'] },
  'late-create': { ...QUIET, machines: machines(3, 2), sequel: ['late-create'] },
  'silence-then-refusal': { ...QUIET, machines: machines(5, 2), sequel: ['silence-then-refusal'] },
  'newcomers-key': { ...QUIET, machines: machines(3, 2), sequel: ['newcomers-key'] },
  'key-of-the-absent': { ...QUIET, machines: machines(5, 2), sequel: ['key-of-the-absent'] },
  'freed-slots': { ...QUIET, machines: machines(1, 4), sequel: ['freed-slots'] },
  'cancel-meets-failure': { ...QUIET, machines: machines(3, 2), sequel: ['cancel-meets-failure'] },
  'cancel-meets-late-offer': {
    ...QUIET,
    machines: [...machines(2, 2), ...machines(1, 10)],
    sequel: ['cancel-meets-late-offer'],
  },
  'later-attempt-dies': { ...QUIET, machines: machines(6, 4), sequel: ['later-attempt-dies'] },
  'outlives-two-takeovers': { ...QUIET, machines: machines(3, 6), sequel: ['outlives-two-takeovers'] },
  waves: { ...QUIET, machines: machines(3, 2), sequel: ['waves'] },
  'loads-known': { ...QUIET, machines: machines(4, 2), sequel: ['loads-known'] },
  'at-a-time': { ...QUIET, machines: machines(5, 4), sequel: ['at-a-time'] },
  'held-back': { ...QUIET, machines: machines(4, 2), sequel: ['held-back'] },
  'deadline-moved': { ...QUIET, machines: machines(4, 2), sequel: ['deadline-moved'] },
  'timeout-moved': { ...QUIET, machines: machines(4, 2), sequel: ['timeout-moved'] },
  'each-time-once': { ...QUIET, machines: machines(5, 2), sequel: ['each-time-once'] },
  'fails-all': { ...QUIET, machines: machines(5, 4), sequel: ['fails-all'] },
  'head-first': { ...QUIET, machines: machines(1, 4, 'backfill'), sequel: ['head-first'] },
  'shares-kept': { ...QUIET, machines: machines(1, 4, 'capacity'), sequel: ['shares-kept'] },
};

export function isTold(name: string): name is ToldName {
  return (TOLD_NAMES as readonly string[]).includes(name);
}

function machines(count: number, cpus: number, discipline?: DisciplineName): MachinePlan[] {
  return Array.from({ length: count }, () => ({ cpus, zone: '', ...(discipline ? { discipline } : {}) }));
}
