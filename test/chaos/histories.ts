import type { History, Mark, Read, Submission } from '../../chaos/history/history.js';

/** Job `j`: one task, accepted by daemon 0, run once, and read as succeeded through both daemons: nothing is wrong. */
export const SOUND: History = {
  daemons: 2,
  submissions: [submission()],
  cancels: [],
  reads: [read({ through: 0 }), read({ through: 1, answeredMs: 2_100 })],
  silences: [],
  marks: [mark('start', { atMs: 1_100 }), mark('end', { atMs: 1_200 })],
  leftovers: [],
  descriptors: [{ daemon: 0, before: 40, after: 45 }],
  breakdowns: [],
  calmMs: 1_500,
};

export function submission(fields: Partial<Submission> = {}): Submission {
  const answers: Submission['answers'] = [{ kind: 'accepted', through: 0, atMs: 1_000, job: 'j', tasks: 1 }];
  return { key: 'k', body: 'b', tasks: 1, contract: 'at-least-once', exitCode: 0, answers, ...fields };
}

export function read(fields: Partial<Read> = {}): Read {
  return {
    ...{ task: 'j/0', state: 'succeeded', epoch: 7, exitCode: 0, reason: null },
    ...{ through: 0, askedMs: 1_900, answeredMs: 2_000, isFinal: true },
    ...fields,
  };
}

export function mark(what: Mark['what'], fields: Partial<Mark> = {}): Mark {
  return { what, task: 'j/0', epoch: 7, attempt: 1, node: 'n0', pid: 100, atMs: 1_100, ...fields };
}
