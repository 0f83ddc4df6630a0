import type { Assignment } from '../../../src/executor/assignment.js';
import type { DisciplineName } from '../../../src/kernel/disciplines.js';

/** A queue that does everything the long way. */
export interface Twin {
  push(assignment: Assignment, nowMs: number): void;
  leave(assignment: Assignment, hasBegun: boolean): void;
  order(nowMs: number): Assignment[];
}

interface Waits {
  readonly assignment: Assignment;
  readonly sinceMs: number;
}

/** Sorts all of it each time; what compares alike stays as it came. */
function sorted(compare: (a: Waits, b: Waits, nowMs: number) => number): Twin {
  let waiting: Waits[] = [];
  return {
    push: (assignment, sinceMs) => void waiting.push({ assignment, sinceMs }),
    leave: (assignment) => void (waiting = waiting.filter((one) => one.assignment !== assignment)),
    order: (nowMs) => waiting.toSorted((a, b) => compare(a, b, nowMs)).map(({ assignment }) => assignment),
  };
}

/** One that shares with its brothers. All that ever was is remembered. */
interface Level {
  readonly key: string;
  startTag: number;
  since: number;
  virtual: number;
  levels: Level[];
  tasks: Assignment[];
}

const levelOf = (key: string): Level => ({ key, startTag: 0, since: 0, virtual: 0, levels: [], tasks: [] });
const copyOf = (level: Level): Level => ({ ...level, levels: level.levels.map(copyOf), tasks: [...level.tasks] });
const sizeOf = (level: Level): number => level.tasks.length + level.levels.reduce((sum, one) => sum + sizeOf(one), 0);
const nextOf = ({ levels }: Level) =>
  levels.filter((one) => sizeOf(one) > 0).toSorted((a, b) => a.startTag - b.startTag || a.since - b.since)[0];

/** Start-time fair queueing as its paper has it: tags that only grow, and a virtual time that never goes back. */
function shares(pathOf: (one: Assignment) => string[], weightOf: (one: Assignment) => number): Twin {
  const root = levelOf('');
  let serial = 0;
  const push = (level: Level, [key, ...rest]: string[], one: Assignment): void => {
    if (key === undefined) return void level.tasks.push(one);
    let child = level.levels.find((one) => one.key === key);
    if (!child) level.levels.push((child = levelOf(key)));
    if (sizeOf(child) === 0) {
      child.startTag = Math.max(child.startTag, level.virtual);
      child.since = serial;
    }
    push(child, rest, one);
  };
  const leave = (level: Level, [key, ...rest]: string[], one: Assignment, hasBegun: boolean): void => {
    const child = level.levels.find((one) => one.key === key);
    if (!child) return void (level.tasks = level.tasks.filter((other) => other !== one));
    leave(child, rest, one, hasBegun);
    if (hasBegun) {
      level.virtual = Math.max(level.virtual, child.startTag);
      child.startTag += ((one.estimateMs || 1_000) * one.work.needs.cpus) / weightOf(one);
    }
    // The end of a busy period: all begin anew together.
    if (sizeOf(level) === 0) level.virtual = Math.max(level.virtual, ...level.levels.map(({ startTag }) => startTag));
  };
  const first = (level: Level): Assignment | undefined => {
    const next = nextOf(level);
    return next ? first(next) : level.tasks[0];
  };
  return {
    push(one) {
      serial += 1;
      push(root, pathOf(one), one);
    },
    leave: (one, hasBegun) => leave(root, pathOf(one), one, hasBegun),
    order() {
      const copy = copyOf(root);
      const order: Assignment[] = [];
      for (let one = first(copy); one; one = first(copy)) {
        order.push(one);
        leave(copy, pathOf(one), one, true);
      }
      return order;
    },
  };
}

const dueOf = ({ assignment: { work } }: Waits) => work.deadlineMs ?? work.periodMs ?? 1e15;
const asTheyCame = () => sorted(() => 0);
const risen = ({ assignment, sinceMs }: Waits, nowMs: number) => {
  return 10_000 * (assignment.work.priority ?? 0) + (nowMs - sinceMs);
};

export const TWINS: Record<DisciplineName, () => Twin> = {
  fifo: asTheyCame,
  priority: () => sorted((a, b, nowMs) => risen(b, nowMs) - risen(a, nowMs)),
  sjf: () => sorted((a, b) => a.assignment.estimateMs - b.assignment.estimateMs),
  srtf: () => sorted((a, b) => a.assignment.estimateMs - b.assignment.estimateMs),
  rm: () => sorted((a, b) => (a.assignment.work.periodMs ?? 1e15) - (b.assignment.work.periodMs ?? 1e15)),
  dm: () => sorted((a, b) => dueOf(a) - dueOf(b)),
  edf: () => sorted((a, b) => (a.assignment.dueMs ?? 1e15) - (b.assignment.dueMs ?? 1e15)),
  'fair-share': () =>
    shares(
      ({ work, job }) => [work.submitter, job],
      () => 1,
    ),
  'weighted-share': () =>
    shares(
      ({ job }) => [job],
      ({ work }) => 2 ** ((work.priority ?? 0) / 10),
    ),
  // Tasks that are in no queue.
  capacity: asTheyCame,
  backfill: asTheyCame,
};
