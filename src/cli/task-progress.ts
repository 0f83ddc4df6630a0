import type { Flock, TaskDetail, TaskView } from '../client/index.js';
import { clean } from './format.js';

/** Running tasks of a list that are asked how far they are: each is a question to its executor. */
const ASKED_MAX = 32;

/** `40 %, reading` */
export function progressLine(progress: TaskDetail['progress']): string | null {
  if (progress === null) return null;
  const { fraction, text } = progress;
  const said = [
    ...(fraction === null ? [] : [`${Math.floor(fraction * 100)} %`]),
    ...(text === null ? [] : [clean(text)]),
  ];
  return said.join(', ');
}

/** What the first running tasks of a list say of themselves, by id; who does not answer has said nothing. */
export async function progressOf(flock: Flock, tasks: readonly TaskView[]): Promise<ReadonlyMap<string, string>> {
  const running = tasks.filter(({ state }) => state === 'running').slice(0, ASKED_MAX);
  const told = await Promise.all(
    running.map(async ({ id }) => {
      const task = await flock.task(id).catch(() => undefined);
      const line = progressLine(task?.progress ?? null);
      return line === null ? [] : [[id, line] as const];
    }),
  );
  return new Map(told.flat());
}
