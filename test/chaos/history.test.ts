import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { storyOf } from '../../chaos/checks/story.js';
import { uptimeMs } from '../../chaos/flock/proc.js';
import { parseMarks, SCRIPT } from '../../chaos/history/marks.js';
import { Recorder } from '../../chaos/history/recorder.js';
import { read, SOUND } from './histories.js';

describe('the marks of a task', () => {
  it('should be what its command writes, on the clock of the checker', () => {
    const dir = mkdtempSync(join(tmpdir(), 'covey-marks-'));
    try {
      const env = {
        COVEY_TASK: 'j/3',
        COVEY_JOB: 'j',
        COVEY_INDEX: '3',
        COVEY_EPOCH: '7',
        COVEY_ATTEMPT: '2',
        COVEY_NODE: 'n',
      };
      const fromMs = uptimeMs();
      execFileSync('/bin/sh', ['-c', SCRIPT, dir, '0.02', '0'], { env: { PATH: process.env['PATH'], ...env } });
      const marks = parseMarks(readFileSync(join(dir, 'j.3'), 'utf8'));
      expect(marks.map(({ what, task, epoch, attempt, node }) => [what, task, epoch, attempt, node])).to.deep.equal([
        ['start', 'j/3', 7, 2, 'n'],
        ['end', 'j/3', 7, 2, 'n'],
      ]);
      expect(marks[0]!.atMs).to.be.at.least(fromMs);
      expect(marks[1]!.atMs).to.be.within(marks[0]!.atMs + 10, uptimeMs());
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('should be read without lines that are not whole', () => {
    expect(parseMarks('start j/0 1 1 n 9 1.50\nend j/0 1 1 n\n\n').map(({ atMs }) => atMs)).to.deep.equal([1_500]);
  });
});

describe('the recorder', () => {
  it('should keep each outcome once for each daemon, until all is over', () => {
    const recorder = new Recorder(2);
    for (const through of [0, 0, 1]) recorder.read(read({ through, isFinal: false }));
    expect(recorder.reads.map(({ through }) => through)).to.deep.equal([0, 1]);
    recorder.read(read({ through: 0 }));
    expect(recorder.reads).to.have.length(3);
  });

  it('should keep what contradicts an outcome, and not what comes before it', () => {
    const recorder = new Recorder(2);
    recorder.read(read({ state: 'running', isFinal: false }));
    recorder.read(read({ isFinal: false }));
    recorder.read(read({ state: 'running', isFinal: false }));
    recorder.read(read({ state: 'failed', isFinal: false }));
    expect(recorder.reads.map(({ state }) => state)).to.deep.equal(['succeeded', 'running', 'failed']);
    expect([...recorder.ended]).to.deep.equal(['j/0']);
  });
});

describe('the story of a task', () => {
  it('should tell all that is known of it in order', () => {
    expect(storyOf({ ...SOUND, cancels: [{ job: 'j', askedMs: 1_150 }] }, 'j/0')).to.equal(
      'from 1.00 s: +0.00 s accepted by 0 (key k); +0.10 s start epoch 7 attempt 1 on n0; ' +
        '+0.15 s cancel asked, never answered; +0.20 s end epoch 7 attempt 1 on n0; ' +
        '+1.00 s succeeded (epoch 7) says 0; +1.10 s succeeded (epoch 7) says 1',
    );
  });
});
