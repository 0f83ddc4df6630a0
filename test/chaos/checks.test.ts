import { expect } from 'chai';
import { judge } from '../../chaos/checks/all.js';
import type { History } from '../../chaos/history/history.js';
import { mark, read, SOUND, submission } from './histories.js';

/** Finals that say the same through both daemons. */
function told(fields: Parameters<typeof read>[0]) {
  return [read({ ...fields, through: 0 }), read({ ...fields, through: 1 })];
}

describe("the checker's rules", () => {
  const rulesOf = (fields: Partial<History>) => [...new Set(judge({ ...SOUND, ...fields }).map(({ rule }) => rule))];
  const breaks = (what: string, rule: string, fields: Partial<History>) =>
    it(`should find ${what}`, () => expect(rulesOf(fields)).to.deep.equal([rule]));
  const stands = (what: string, fields: Partial<History>) =>
    it(`should stand ${what}`, () => expect(judge({ ...SOUND, ...fields })).to.deep.equal([]));

  stands('a run without a fault', {});

  describe('accepted-ends', () => {
    const rule = 'accepted-ends';
    breaks('a task that one daemon does not know', rule, { reads: [read()] });
    breaks('a task that goes on in the end', rule, { reads: told({ state: 'running', exitCode: null }) });
    breaks('a job that nobody can tell of', rule, {
      reads: [],
      silences: [{ job: 'j', through: 1, why: '404 no job j' }],
    });
    breaks('an outcome that was read only while faults struck', rule, { reads: [read({ isFinal: false }), read()] });
    stands('a submission that nobody acknowledged', {
      submissions: [
        ...SOUND.submissions,
        submission({ key: 'other', answers: [{ kind: 'unknown', through: 1, atMs: 1_000, why: '504' }] }),
      ],
    });
    it('should name the daemons and what they said', () => {
      const silences = [{ job: 'j', through: 1, why: '404 no job j' }];
      const [finding] = judge({ ...SOUND, reads: [read({ state: 'queued' })], silences });
      expect(finding?.message).to.equal(
        'j/0 was accepted: daemon 0 says queued, daemon 1 does not know it (404 no job j)',
      );
    });
  });

  describe('one-outcome', () => {
    const rule = 'one-outcome';
    const marks = [...SOUND.marks, mark('start', { epoch: 9, atMs: 1_300 }), mark('end', { epoch: 9, atMs: 1_400 })];
    breaks('two daemons that differ', rule, {
      reads: [read(), read({ through: 1, epoch: 9, answeredMs: 2_100 })],
      marks,
    });
    breaks('an outcome that becomes another', rule, {
      reads: [
        read({ answeredMs: 1_300, isFinal: false }),
        ...told({ state: 'failed', exitCode: 1, answeredMs: 2_000 }),
      ],
    });
    breaks('an outcome that is taken back', rule, {
      reads: [
        read({ answeredMs: 1_300, isFinal: false }),
        read({ state: 'running', exitCode: null, askedMs: 1_400, answeredMs: 1_500, isFinal: false }),
        ...told({ answeredMs: 2_000 }),
      ],
    });
    stands('an older answer that comes late', {
      reads: [
        read({ answeredMs: 1_300, isFinal: false }),
        read({ state: 'running', exitCode: null, askedMs: 1_200, answeredMs: 1_500, isFinal: false }),
        ...told({ answeredMs: 2_000 }),
      ],
    });
  });

  describe('true-outcome', () => {
    const rule = 'true-outcome';
    breaks('a success without an end', rule, { marks: [mark('start')] });
    breaks('a success under the epoch of another attempt', rule, { reads: told({ epoch: 9 }) });
    breaks('a success of a command that fails', rule, { submissions: [submission({ exitCode: 3 })] });
    breaks('a failure with an exit code that is not its own', rule, { reads: told({ state: 'failed', exitCode: 1 }) });
    breaks('a failure without a reason', rule, { reads: told({ state: 'failed', exitCode: null }) });
    breaks('a cancel that nobody asked for', rule, { reads: told({ state: 'cancelled', exitCode: null }) });
    stands('a task that was lost too often', {
      reads: told({ state: 'failed', exitCode: null, reason: 'lost 5 times with the node that ran it' }),
      marks: [mark('start')],
    });
  });

  describe('unique-epochs', () => {
    breaks('two attempts of one epoch', 'unique-epochs', { marks: [...SOUND.marks, mark('start', { node: 'n1' })] });
    stands('a rerun under an epoch of its own', { marks: [mark('start', { epoch: 3 }), ...SOUND.marks] });
  });

  describe('one-job-per-key', () => {
    const rule = 'one-job-per-key';
    const acceptedAs = (job: string, tasks = 1) => [{ kind: 'accepted' as const, through: 1, atMs: 1_000, job, tasks }];
    const both = {
      reads: [...SOUND.reads, ...told({ task: 'i/0' })],
      marks: [...SOUND.marks, mark('end', { task: 'i/0' })],
    };
    breaks('two jobs of one key', rule, {
      submissions: [submission(), submission({ answers: acceptedAs('i') })],
      ...both,
    });
    breaks('two bodies of one key', rule, {
      submissions: [submission(), submission({ body: 'c', answers: acceptedAs('j') })],
    });
    breaks('two keys of one job', rule, { submissions: [submission(), submission({ key: 'l' })] });
    breaks('another number of tasks', rule, { submissions: [submission({ answers: acceptedAs('j', 2) })] });
    stands('the same content twice, and another refused', {
      submissions: [
        submission(),
        submission(),
        submission({ body: 'c', answers: [{ kind: 'conflict', through: 1, atMs: 1_000 }] }),
      ],
    });
  });

  describe('cancelled-stays', () => {
    const rule = 'cancelled-stays';
    const cancels = [{ job: 'j', askedMs: 1_010, answeredMs: 1_050 }];
    const reads = told({ state: 'cancelled', exitCode: null, epoch: null });
    breaks('a start after `cancelled` was read', rule, { cancels, reads, marks: [mark('start', { atMs: 2_500 })] });
    breaks('a start long after the cancel and the last fault', rule, {
      cancels,
      marks: [mark('start', { atMs: 17_000 }), mark('end', { atMs: 17_100 })],
    });
    breaks('the same of one task alone', rule, {
      cancels: [{ job: 'j', index: 0, askedMs: 1_010, answeredMs: 1_050 }],
      marks: [mark('start', { atMs: 17_000 }), mark('end', { atMs: 17_100 })],
    });
    stands('a start that crosses the acknowledgement', { cancels, reads, marks: [mark('start', { atMs: 1_060 })] });
    stands('a cancel that was never acknowledged', {
      cancels: [{ job: 'j', askedMs: 1_010 }],
      marks: [mark('start', { atMs: 17_000 }), mark('end', { atMs: 17_100 })],
    });
  });

  describe('at-most-once', () => {
    const marks = [mark('start', { epoch: 3 }), ...SOUND.marks];
    breaks('a second start', 'at-most-once', { submissions: [submission({ contract: 'at-most-once' })], marks });
    stands('a task that was interrupted', {
      submissions: [submission({ contract: 'at-most-once' })],
      reads: told({ state: 'interrupted', exitCode: null }),
      marks: [mark('start')],
    });
  });

  describe('sound-answers', () => {
    const refused = { kind: 'refused' as const, through: 1, atMs: 900, why: '400 no such contract' };
    breaks('a refusal', 'sound-answers', {
      submissions: [...SOUND.submissions, submission({ key: 'l', answers: [refused] })],
    });
    breaks('a conflict with nothing', 'sound-answers', {
      submissions: [
        ...SOUND.submissions,
        submission({ key: 'l', answers: [{ kind: 'conflict', through: 1, atMs: 1_000 }] }),
      ],
    });
  });

  describe('nothing-left', () => {
    const leftovers = [{ pid: 1, command: 'sleep 6', when: '12 s after the death of daemon 1' }];
    breaks('a process that lives on', 'no-process-left', { leftovers });
    breaks('files that stay open', 'no-descriptor-left', { descriptors: [{ daemon: 1, before: 40, after: 61 }] });
    breaks('a daemon that ends by itself', 'no-breakdown', {
      breakdowns: [{ daemon: 1, how: 'ended by itself with 1' }],
    });
  });
});
