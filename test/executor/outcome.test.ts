import { expect } from 'chai';
import { outcomeOf, type Ending } from '../../src/executor/outcome.js';
import type { AttemptEnd } from '../../src/executor/runner.js';
import { endOf } from './support.js';

const NEVER_RAN = { exitCode: undefined, failure: 'no such directory' };
const LOST = { exitCode: 137, failure: 'its shell died', lost: true };

describe('An outcome', () => {
  const table: [string, Partial<AttemptEnd>, Ending | undefined, string][] = [
    ['exited with 0', { exitCode: 0 }, undefined, 'succeeded'],
    ['exited with 1', { exitCode: 1 }, undefined, 'failed'],
    ['was killed by a stranger', { exitCode: 137 }, undefined, 'failed'],
    ['could not be started', NEVER_RAN, undefined, 'failed'],
    ['was lost', LOST, undefined, 'lost'],
    ['was cancelled', { exitCode: 143 }, 'cancelled', 'cancelled'],
    ['was cancelled too late', { exitCode: 0 }, 'cancelled', 'succeeded'],
    ['was cancelled before it ran', NEVER_RAN, 'cancelled', 'cancelled'],
    ['was superseded', { exitCode: 143 }, 'stale', 'cancelled'],
    ['was superseded too late', { exitCode: 0 }, 'stale', 'succeeded'],
    ['ran too long', { exitCode: 143 }, 'timed-out', 'timed-out'],
    ['ran too long and gave in', { exitCode: 0 }, 'timed-out', 'timed-out'],
    ['ran too long and was lost', LOST, 'timed-out', 'timed-out'],
  ];
  for (const [what, end, ending, how] of table) {
    it(`should be ${how} where the attempt ${what}`, () => {
      expect(outcomeOf(endOf(end), ending, 1_000).how).to.equal(how);
    });
  }

  it('should carry what is known of the end, and no exit code where there was none', () => {
    const tail = new Uint8Array([1]);
    const end = endOf({
      exitCode: 3,
      stdoutTail: tail,
      stdoutBytes: 9,
      stderrBytes: 4,
      startedAtMs: 5,
      finishedAtMs: 8,
      usage: { cpuMs: 2 },
    });
    expect(outcomeOf(end, undefined, undefined)).to.deep.equal({
      ...{ how: 'failed', exitCode: 3, startedAtMs: 5, finishedAtMs: 8, usage: { cpuMs: 2 } },
      ...{ stdoutTail: tail, stderrTail: new Uint8Array(0), stdoutBytes: 9, stderrBytes: 4 },
    });
    expect(outcomeOf(endOf(NEVER_RAN), undefined, undefined)).to.not.have.any.keys('exitCode', 'usage');
  });

  it('should say why, for people, within what a record holds', () => {
    expect(outcomeOf(endOf({ exitCode: 143 }), 'timed-out', 2_500).reason).to.equal('ran longer than 2.5s');
    expect(outcomeOf(endOf(NEVER_RAN), undefined, undefined).reason).to.equal('no such directory');
    expect(outcomeOf(endOf({ failure: 'x'.repeat(5_000) }), undefined, undefined).reason).to.have.length(900);
  });
});
