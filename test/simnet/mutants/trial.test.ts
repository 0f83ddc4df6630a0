import { execFile } from 'node:child_process';
import { expect } from 'chai';
import { root } from '../../../simnet/mutants/bundle.js';
import type { Mutant } from '../../../simnet/mutants/mutant.js';
import { Trials } from '../../../simnet/mutants/trial.js';

const OPTIONS = { seeds: 2, limitMs: 20_000, jobs: 1 };

describe('trying planted bugs', () => {
  it('should catch what breaks a promise, tell how, and end well where the clean code does', async function () {
    this.timeout(60_000);
    const names = ['job-counts-twice', 'epoch-counter-stands-still', 'finished-before-committed'];
    const { code, out } = await mutants(...names, '--seeds', '2');
    expect(out).to.match(/^(ok|FAILED) +the clean code +3 stories /m);
    expect(out).to.match(/^caught +job-counts-twice +seed \d /m);
    expect(out).to.match(/^caught +epoch-counter-stands-still +seed \d /m);
    expect(out).to.match(/^caught +finished-before-committed +minority-word /m);
    expect(out).to.match(/^3 of 3 caught$/m);
    expect(code, out).to.equal(out.startsWith('ok') ? 0 : 1);
  });

  it('should end badly where a bug is not known', async () => {
    const { code, out } = await mutants('no-such-bug');
    expect(out).to.equal('covey: no mutant no-such-bug (hint: they stand in simnet/mutants/)\n');
    expect(code).to.equal(2);
  });

  it('should end badly where the options are not sound', async () => {
    const { code, out } = await mutants('--seeds', 'many');
    expect(out).to.equal('covey: many is no number above 0 (hint: --seeds N --limit SECONDS --jobs N)\n');
    expect(code).to.equal(2);
  });

  it('should not take harmless changes, or such as do not fit, for caught', async function () {
    this.timeout(60_000);
    const harmless: Mutant = {
      name: 'harmless',
      file: 'src/tasks/job-creation.ts',
      find: 'if (job) return this.answers',
      replace: 'if (job !== undefined) return this.answers',
      breaks: 'nothing',
    };
    const misfit = { ...harmless, name: 'misfit', find: 'no such text' };
    const trials = new Trials(OPTIONS);
    const clean = await trials.clean([harmless, misfit]);
    const [first, second] = await trials.all([harmless, misfit], () => undefined);
    const stories = clean.stories - clean.failed.length;
    expect(first).to.include({ mutant: harmless, caught: undefined, stories, broken: undefined });
    expect(second).to.include({ mutant: misfit, caught: undefined, stories: 0 });
    expect(second?.broken).to.contain('fits src/tasks/job-creation.ts in 0 places');
  });

  it('should not take a name that is not there for caught', async () => {
    const slips: Mutant = {
      name: 'slips',
      file: 'src/tasks/job-creation.ts',
      find: 'if (job) return this.answers',
      replace: 'if (gone) return this.answers',
      breaks: 'the rules of mutants',
    };
    const [trial] = await new Trials(OPTIONS).all([slips], () => undefined);
    expect(trial).to.include({ caught: undefined, broken: 'no bug: ReferenceError: gone is not defined' });
  });

  it('should give up a bug that spins', async () => {
    const spins: Mutant = {
      name: 'spins',
      file: 'src/tasks/job-creation.ts',
      find: 'if (job) return this.answers.exists(asker, job);',
      replace: 'for (;;);',
      breaks: 'everything',
    };
    const [trial] = await new Trials({ ...OPTIONS, limitMs: 1_000 }).all([spins], () => undefined);
    expect(trial).to.include({ caught: undefined, broken: 'not done within 1 s' });
  });
});

function mutants(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, ['scripts/mutants.mjs', ...args], { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, out: stdout + stderr });
    });
  });
}
