import { expect } from 'chai';
import { taskExit } from '../../src/cli/attach.js';
import { asCoveyError, errorLine, exitCodeOf } from '../../src/cli/exit.js';
import { signalExit } from '../../src/cli/lifetime.js';
import { CoveyError } from '../../src/kernel/errors.js';
import { failure } from '../support/failure.js';

describe('exit codes', () => {
  it('should follow from the code of an error', () => {
    const codes = ['failed', 'usage', 'not-found', 'no-daemon', 'timed-out', 'unplaceable', 'conflict'] as const;
    expect(codes.map(exitCodeOf)).to.deep.equal([1, 2, 3, 4, 5, 6, 1]);
  });

  it('should be those of the task for run', async () => {
    expect(taskExit({ state: 'succeeded', exitCode: 0 })).to.equal(0);
    expect(taskExit({ state: 'failed', exitCode: 3 })).to.equal(3);
    expect(taskExit({ state: 'failed', exitCode: 137 })).to.equal(137);
    expect(taskExit({ state: 'failed', exitCode: 127 })).to.equal(127);
    expect(taskExit({ state: 'failed', exitCode: null })).to.equal(125);
    expect(taskExit({ state: 'timed-out', exitCode: 143 })).to.equal(124);
    expect(taskExit({ state: 'cancelled', exitCode: null })).to.equal(125);
    expect((await failure(() => taskExit({ state: 'running', exitCode: null }))).code).to.equal('failed');
  });

  it('should be 128 + n for a signal', () => {
    expect([signalExit('SIGINT'), signalExit('SIGTERM'), signalExit('SIGHUP')]).to.deep.equal([130, 143, 129]);
  });
});

describe('error lines', () => {
  it('should be one line with what happened and what to do', () => {
    expect(errorLine(new CoveyError('failed', 'it broke', 'mend it'), false)).to.equal(
      'covey: it broke (hint: mend it)',
    );
    expect(errorLine(new CoveyError('failed', 'it\n  broke'), false)).to.equal('covey: it broke');
  });

  it('should be an object with --json', () => {
    const line = errorLine(new CoveyError('busy', 'full', 'later'), true);
    expect(JSON.parse(line)).to.deep.equal({ code: 'busy', message: 'full', hint: 'later' });
    expect(JSON.parse(errorLine(new CoveyError('busy', 'full'), true))).to.have.property('hint', null);
  });

  it('should make a failure of any other error', () => {
    expect(asCoveyError(new TypeError('x is not a function'))).to.include({ code: 'failed' });
    expect(asCoveyError('thrown')).to.include({ code: 'failed', message: 'thrown' });
  });
});
