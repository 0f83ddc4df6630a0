import type { TaskView } from '../../../src/client/index.js';
import { json, type FakeDaemon } from '../../client/support/fake-daemon.js';
import { JOB, taskDetail, taskView, WHOLE } from '../../client/support/views.js';

/** A job of tasks 0..count-1, which succeeded unless `states` says otherwise. */
export function answerTasks(
  daemon: FakeDaemon,
  count: number,
  states: Readonly<Record<number, TaskView['state']>> = {},
): void {
  answerPages(
    daemon,
    Array.from({ length: count }, (_, index) => taskView(states[index] ?? 'succeeded', { index })),
  );
}

/** A job of these tasks, by rising index, in pages as the daemon makes them. */
export function answerPages(daemon: FakeDaemon, tasks: readonly TaskView[]): void {
  daemon.on(`GET /v1/jobs/${JOB}/tasks`, ({ query }, response) => {
    const after = Number(query['after'] ?? -1);
    const matching = tasks.filter((task) => task.index > after && (query['state'] ?? task.state) === task.state);
    const page = matching.slice(0, Number(query['limit'] ?? 1000));
    const next = page.length < matching.length ? (page.at(-1)?.index ?? null) : null;
    json(response, { tasks: page, next, ...WHOLE });
  });
}

/** An ended task that wrote this: its record has it where it is short, else only its log. */
export function writes(
  daemon: FakeDaemon,
  index: number,
  written: { readonly stdout?: string; readonly stderr?: string },
): TaskView {
  const { stdout = '', stderr = '' } = written;
  const bytes = { stdoutBytes: Buffer.byteLength(stdout), stderrBytes: Buffer.byteLength(stderr) };
  const tail = (text: string) => Buffer.from(text).subarray(-4096).toString('base64');
  const tails = { stdoutTail: tail(stdout), stderrTail: tail(stderr) };
  daemon
    .answers(`GET /v1/tasks/${JOB}/${index}`, taskDetail('succeeded', { index, ...bytes, ...tails }))
    .on(`GET /v1/tasks/${JOB}/${index}/logs`, ({ query }, response) => {
      response.end(query['stream'] === 'stdout' ? stdout : stderr);
    });
  return taskView('succeeded', { index, ...bytes });
}

/** The objects of JSON lines. */
export function objects(text: string): readonly unknown[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
