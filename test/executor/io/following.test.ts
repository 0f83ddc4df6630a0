import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/until.js';
import { alive, longTime, Rig, textOf } from './rig.js';

describe('shell runner: what follows an attempt', () => {
  let rig: Rig;
  before(async () => (rig = await Rig.open()));
  after(() => rig.close());

  /** Runs until `go` is called. */
  const held = (more = ''): ReturnType<Rig['start']> & { go: () => void } => {
    const mark = longTime();
    const run = rig.start({ argv: [`echo first; ${more} sleep ${mark} || exit 7`], shell: true });
    return { ...run, go: () => alive(mark).forEach((pid) => process.kill(pid, 'SIGTERM')) };
  };
  const ready = async (run: { attempt: ReturnType<Rig['attempt']> }): Promise<void> => {
    await until('it runs', async () => textOf((await rig.read(run.attempt))?.data ?? new Uint8Array(0)) === 'first\n');
  };
  const goneOn = async (run: ReturnType<typeof held>): Promise<void> => {
    await ready(run);
    await until('it ended', () => (run.go(), rig.ends.has(run.attempt.task)));
  };

  it('should start it once at the end of what ran, each with times, output and status of its own', async () => {
    const first = held();
    const second = rig.next('echo second; exit 9');
    await ready(first);
    expect(rig.ends.size, 'it waits').to.equal(0);
    await goneOn(first);
    const [before, after] = [await first.ended, await second.ended];
    expect(rig.followers.get(first.attempt.task)).to.equal(second.attempt.task);
    expect([before.exitCode, after.exitCode]).to.deep.equal([7, 9]);
    expect([textOf(before.stdoutTail), textOf(after.stdoutTail)]).to.deep.equal(['first\n', 'second\n']);
    expect(after.startedAtMs).to.be.at.least(before.finishedAtMs);
    expect(rig.ends.get(second.attempt.task)).to.have.length(1);
    await rig.shell('exit 0');
    expect(rig.ends.get(second.attempt.task), 'it follows once').to.have.length(1);
  });

  it('should never start what was taken back, nor what another took the place of', async () => {
    for (const other of [false, true]) {
      const trap = join(rig.dataDir, `trap-${other}`);
      const first = held();
      const { attempt } = rig.next(`: > ${trap}`);
      const instead = other ? rig.next('exit 5') : rig.runner.next(undefined);
      await goneOn(first);
      expect(rig.followers.get(first.attempt.task)).to.equal(instead?.attempt.task);
      if (instead) expect((await instead.ended).exitCode).to.equal(5);
      await rig.shell('exit 0');
      expect([existsSync(trap), rig.ends.has(attempt.task)]).to.deep.equal([false, false]);
    }
  });

  it('should start it only when nothing is left of what ran', async () => {
    const [pid, mark] = [join(rig.dataDir, 'left'), longTime()];
    const text = `trap '' TERM; sleep ${mark} & echo $! > ${pid}; exit 4`;
    const first = rig.start({ argv: [text], shell: true });
    // Of what is dead but not buried it says nothing either.
    const second = rig.next(`cat "/proc/$(cat ${pid})/cmdline"; echo looked`);
    expect((await first.ended).exitCode).to.equal(4);
    expect(rig.followers.get(first.attempt.task)).to.equal(second.attempt.task);
    expect(textOf((await second.ended).stdoutTail)).to.equal('looked\n');
  });

  it('should spare it what ends the one before, and end it where it is asked to', async () => {
    const mark = longTime();
    const first = held();
    const second = rig.next(`sleep ${mark}`);
    await ready(first);
    rig.runner.signal(first.attempt, 'kill');
    expect((await first.ended).exitCode).to.equal(137);
    await until('the second sleeps', () => alive(mark).length > 0);
    rig.runner.signal(second.attempt, 'kill');
    expect((await second.ended).exitCode).to.equal(137);
    expect(alive(mark)).to.deep.equal([]);
  });

  it('should leave it to start where no slot is free, or it can never run', async () => {
    const narrow = await Rig.open({ slots: 1, limits: { slotsMax: 1 } });
    try {
      const first = narrow.start({ argv: ['/bin/true'] });
      const { attempt } = narrow.next('exit 6');
      await first.ended;
      expect(narrow.followers.size).to.equal(0);
      expect((await narrow.start({ argv: ['exit 6'], shell: true }, attempt).ended).exitCode).to.equal(6);
    } finally {
      await narrow.close();
    }
    const { attempt } = rig.next('nul \0');
    await rig.run({ argv: ['/bin/true'] });
    expect(rig.ends.has(attempt.task)).to.equal(false);
    rig.runner.next(undefined);
  });

  it('should start nothing more once it closes', async () => {
    const closing = await Rig.open();
    const trap = join(rig.dataDir, 'trap-close');
    const first = closing.start({ argv: ['/bin/sleep', longTime()] });
    closing.next(`: > ${trap}`);
    await closing.close();
    expect(closing.ends.get(first.attempt.task)).to.have.length(1);
    expect([closing.followers.size, existsSync(trap)]).to.deep.equal([0, false]);
  });
});
