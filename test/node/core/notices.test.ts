import { expect } from 'chai';
import { CoveyError } from '../../../src/kernel/errors.js';
import type { JobId } from '../../../src/kernel/ids.js';
import { Flock } from '../../../simnet/world/flock.js';

/** A program of the virtual runner. */
const notify = { command: 'hang', url: 'https://example.org' };

/** As clients do: until it is answered otherwise than that the outcome is not known. */
function repeat(flock: Flock, at: string, submission: ReturnType<Flock['submission']>) {
  for (let tries = 1; ; tries++) {
    try {
      return flock.request(at, submission);
    } catch (error) {
      const mayPass = error instanceof CoveyError && ['outcome-unknown', 'unavailable'].includes(error.code);
      if (!mayPass || tries === 20) throw error;
      flock.world.run(1_000);
    }
  }
}

describe('notices', () => {
  const startsOf = (flock: Flock, begin: string) => flock.history.attempts.filter(({ task }) => task.startsWith(begin));

  it('should start once the job has ended, however it ended', () => {
    const flock = Flock.formed(3);
    const job = flock.submit('n0', 'sleep 200 1', { tasks: 9, notify });
    expect(flock.finish('n1', job, 10_000).state).to.equal('failed');
    flock.world.run(3_000);
    const ended = Math.max(...startsOf(flock, job).map(({ endMs }) => endMs ?? Infinity));
    for (const begin of ['uc', 'uu']) {
      const starts = startsOf(flock, begin);
      expect(starts.map(({ task }) => task)).to.deep.equal([`${begin}${job}/0`]);
      expect(starts[0]?.startMs).to.be.above(ended);
    }
  });

  it('should start where every CPU is busy', () => {
    const flock = Flock.formed(3, { cpus: 1 });
    const job = flock.submit('n0', 'sleep 1', { held: true, notify });
    flock.submit('n0', 'hang', { tasks: 3 });
    flock.untilStarted(3);
    flock.request('n1', { op: 'cancel', job });
    flock.world.runUntil('it is told', 5_000, () => startsOf(flock, 'u').length === 2);
  });

  it('should be there whenever the gateway dies, once the submission was repeated and answered', () => {
    let made = 0;
    for (let afterMs = 0; afterMs <= 24; afterMs += 3) {
      const flock = Flock.formed(4);
      const submission = flock.submission('sleep 10', { isKeyed: true, notify });
      flock.ask('n0', submission);
      flock.world.run(afterMs);
      flock.node('n0').die();
      const { job, existed } = repeat(flock, 'n1', submission);
      made += existed ? 0 : 1;
      flock.finish('n2', job, 60_000);
      for (const begin of ['uc', 'uu']) {
        const notice = `${begin}${job}` as JobId;
        flock.world.runUntil(`${notice} starts`, 60_000, () => startsOf(flock, notice).length > 0);
      }
    }
    expect(made, 'the deaths came before and after the job was made').to.be.within(1, 8);
  });

  it('should tell of what a schedule has made, and not of the schedule', () => {
    const flock = Flock.formed(3);
    const schedule = { cron: '* * * * * *', zone: 'UTC', overlap: 'allow', missed: 'run' } as const;
    const job = flock.submit('n0', 'sleep 10', { notify: { url: notify.url }, schedule });
    flock.world.run(3_500);
    flock.request('n1', { op: 'cancel', job });
    flock.world.run(2_000);
    const times = startsOf(flock, job).map(({ task }) => task);
    expect(times.length).to.be.within(2, 4);
    expect(startsOf(flock, 'u').map(({ task }) => task)).to.have.members(times.map((task) => `uu${task}`));
  });
});
