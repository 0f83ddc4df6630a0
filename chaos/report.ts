import { storyOf } from './checks/story.js';
import type { Flock } from './flock/flock.js';
import { acceptedJobs, groupBy, isTerminal, type Answer, type History } from './history/history.js';
import type { Recorder } from './history/recorder.js';
import type { Injuries } from './injector.js';
import type { Verdict } from './verdict.js';

const FINDINGS_MAX = 40;

export function progressLine(elapsedMs: number, recorder: Recorder, flock: Flock, injuries: Injuries): string {
  const jobs = [...acceptedJobs(recorder).values()];
  const tasks = jobs.reduce((sum, job) => sum + job.tasks, 0);
  const states = flock.daemons.map(({ state }) => state);
  const away = (['stopped', 'starting', 'down'] as const).flatMap((state) => {
    const count = states.filter((each) => each === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return [
    `${Math.round(elapsedMs / 1000)} s`.padStart(6),
    `${jobs.length} jobs, ${tasks} tasks accepted, ${recorder.ended.size} seen ended`,
    `${injuries.kills} kills, ${injuries.stops} stops`,
    [`${flock.up.length} up`, ...away].join(', '),
  ].join(' | ');
}

/** What a run did and what came of it. */
export function summary({ history, injuries, findings, dir }: Verdict): string[] {
  const jobs = [...acceptedJobs(history).values()];
  const roles = Object.entries(injuries.roles).map(([role, count]) => `${count} at ${role}s`);
  const shown = findings.slice(0, FINDINGS_MAX).map(({ rule, message, task }) => {
    return `FINDING ${rule}: ${message}${task === undefined ? '' : ` | ${storyOf(history, task)}`}`;
  });
  const more = findings.length - shown.length;
  return [
    `faults: ${injuries.kills} kills, ${injuries.stops} stops; aimed ${roles.join(', ') || 'at no role'}; ` +
      `all at once ${injuries.allAtOnce}; skipped ${injuries.skipped}`,
    `load: ${history.submissions.length} submissions, ${jobs.length} jobs accepted with ` +
      `${jobs.reduce((sum, job) => sum + job.tasks, 0)} tasks; answers: ${answers(history)}; ` +
      `cancels ${history.cancels.filter(({ answeredMs }) => answeredMs !== undefined).length} of ${history.cancels.length}`,
    `outcomes: ${outcomes(history)}; ${reruns(history)}`,
    `open files: ${history.descriptors.map(({ before, after }) => `${before} -> ${after}`).join(', ')}`,
    ...shown,
    ...(more > 0 ? [`and ${more} findings more`] : []),
    dir === undefined
      ? 'chaos: OK, nothing lost, no two outcomes, nothing left behind'
      : `chaos: FAILED; kept in ${dir}`,
  ];
}

function answers({ submissions }: History): string {
  return counted(submissions.flatMap((each) => each.answers).map(({ kind }: Answer) => kind));
}

function outcomes({ reads }: History): string {
  const ended = groupBy(
    reads.filter(({ state }) => isTerminal(state)),
    ({ task }) => task,
  );
  return counted([...ended.values()].map(([read]) => read?.state ?? ''));
}

/** At-least-once may run a task again; how often it did is a figure, no finding. */
function reruns({ marks }: History): string {
  const starts = marks.filter(({ what }) => what === 'start');
  const tasks = new Set(starts.map(({ task }) => task)).size;
  return `${starts.length} starts of ${tasks} tasks (${(starts.length / Math.max(1, tasks)).toFixed(3)} each)`;
}

function counted(words: readonly string[]): string {
  const counts = [...groupBy(words, (word) => word)].map(([word, { length }]) => `${length} ${word}`);
  return counts.join(', ') || 'none';
}
