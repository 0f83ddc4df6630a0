import { acceptedJobs, groupBy, isTerminal, tasksOf, type History, type Read } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'accepted-ends';

/** Nothing accepted is lost: in the end every daemon knows every accepted task, and that it has ended. */
export function acceptedEnds(history: History): Finding[] {
  const finals = groupBy(
    history.reads.filter(({ isFinal }) => isFinal),
    ({ task }) => task,
  );
  return [...acceptedJobs(history)].flatMap(([job, { tasks }]) =>
    tasksOf(job, tasks).flatMap((task) => {
      const wrong = wrongWith(history, job, finals.get(task) ?? []);
      return wrong === undefined ? [] : [{ rule, task, message: `${task} was accepted: ${wrong}` }];
    }),
  );
}

function wrongWith({ daemons, silences }: History, job: string, reads: readonly Read[]): string | undefined {
  const wrong: string[] = [];
  for (let daemon = 0; daemon < daemons; daemon++) {
    const last = reads.filter(({ through }) => through === daemon).at(-1);
    if (last === undefined) {
      const silence = silences.find((each) => each.job === job && each.through === daemon);
      wrong.push(`daemon ${daemon} does not know it${silence ? ` (${silence.why})` : ''}`);
    } else if (!isTerminal(last.state)) wrong.push(`daemon ${daemon} says ${last.state}`);
  }
  return wrong.length === 0 ? undefined : wrong.join(', ');
}
