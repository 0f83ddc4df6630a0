import { runStory } from './run.js';
import type { JobPlan, Story } from './story.js';

export interface Shrunk {
  readonly story: Story;
  /** Stories that were run for it. */
  readonly runs: number;
}

/** The lists of a story, what is most likely to be beside the point first. */
const PARTS = ['sequel', 'losses', 'faults', 'reads', 'cancels', 'jobs'] as const;

/**
 * Cuts a failing story short: no fault, no request and no task is left that could be left out with the same promise still
 * broken, or the runs are used up. Delta debugging (Zeller and Hildebrandt, Simplifying and isolating failure-inducing
 * input, 2002), list by list, until a round over all lists takes nothing away.
 *
 * @param invariant - the promise; whatever else the shorter story breaks does not count
 */
export function shrink(story: Story, invariant: string, runsMax = 400): Shrunk {
  let runs = 0;
  const isBroken = (shorter: Story): boolean => {
    if (runs >= runsMax) return false;
    runs += 1;
    return runStory(shorter).findings.some((finding) => finding.invariant === invariant);
  };
  let least = story;
  for (let size = Infinity; sizeOf(least) < size;) {
    size = sizeOf(least);
    for (const part of PARTS) {
      const kept = minimal<unknown>(least[part], (some) => isBroken({ ...least, [part]: some }));
      least = { ...least, [part]: kept };
    }
    least = withFewerTasks(least, isBroken);
  }
  return { story: least, runs };
}

/** A part of `items` that `isEnough`, and no longer is with any one item less (ddmin, without its first half). */
export function minimal<T>(items: readonly T[], isEnough: (some: readonly T[]) => boolean): readonly T[] {
  if (items.length === 0 || isEnough([])) return [];
  let kept = items;
  for (let pieces = 2; kept.length > 1;) {
    const size = Math.ceil(kept.length / pieces);
    const rest = complements(kept, size).find(isEnough);
    if (rest) [kept, pieces] = [rest, Math.max(2, pieces - 1)];
    else if (size > 1) pieces = Math.min(kept.length, 2 * pieces);
    else break;
  }
  return kept;
}

function complements<T>(items: readonly T[], size: number): T[][] {
  const starts = Array.from({ length: Math.ceil(items.length / size) }, (_, i) => i * size);
  return starts.map((start) => [...items.slice(0, start), ...items.slice(start + size)]);
}

function withFewerTasks(story: Story, isBroken: (shorter: Story) => boolean): Story {
  const halved = ({ tasks, ...job }: JobPlan): JobPlan => ({ ...job, tasks: Math.ceil(tasks / 2) });
  let least = story;
  while (least.jobs.some(({ tasks }) => tasks > 1)) {
    const fewer = { ...least, jobs: least.jobs.map(halved) };
    if (!isBroken(fewer)) break;
    least = fewer;
  }
  return least;
}

function sizeOf(story: Story): number {
  const tasks = story.jobs.reduce((sum, job) => sum + job.tasks, 0);
  return PARTS.reduce((sum, part) => sum + story[part].length, tasks);
}
