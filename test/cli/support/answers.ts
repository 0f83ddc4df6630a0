import type { TaskView } from '../../../src/client/index.js';
import { json, type FakeDaemon } from '../../client/support/fake-daemon.js';
import { JOB, taskDetail, WHOLE } from '../../client/support/views.js';

/** A job of tasks 0..count-1, which succeeded unless `states` says otherwise, in pages as the daemon makes them. */
export function answerTasks(
  daemon: FakeDaemon,
  count: number,
  states: Readonly<Record<number, TaskView['state']>> = {},
): void {
  const tasks = Array.from({ length: count }, (_, index) => taskDetail(states[index] ?? 'succeeded', { index }));
  daemon.on(`GET /v1/jobs/${JOB}/tasks`, ({ query }, response) => {
    const after = Number(query['after'] ?? -1);
    const matching = tasks.filter((task) => task.index > after && (query['state'] ?? task.state) === task.state);
    const page = matching.slice(0, Number(query['limit'] ?? 1000));
    const next = page.length < matching.length ? (page.at(-1)?.index ?? null) : null;
    json(response, { tasks: page, next, ...WHOLE });
  });
}

/** The objects of JSON lines. */
export function objects(text: string): readonly unknown[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
