import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../support/until.js';
import { alive, longTime, Rig, textOf } from './rig.js';

describe('shell runner: signals', () => {
  let rig: Rig;
  before(async () => (rig = await Rig.open()));
  after(() => rig.close());

  const started = async (text: string, mark: string): Promise<ReturnType<Rig['start']>> => {
    const run = rig.start({ argv: [text], shell: true });
    await until('the sleeper is there', () => alive(mark).length > 0);
    return run;
  };

  it('should ask a command to end, and tell how it did', async () => {
    const mark = longTime();
    const { attempt, ended } = await started(`sleep ${mark}`, mark);
    rig.runner.signal(attempt, 'term');
    expect((await ended).exitCode).to.equal(143);
    expect(alive(mark)).to.deep.equal([]);
  });

  it('should not have the shell speak of a term on the stderr of the command', async () => {
    for (const before of ['', 'its own word', 'its own line\\n']) {
      const mark = longTime();
      const { attempt, ended } = await started(`printf '${before}' >&2; sleep ${mark}; true`, mark);
      rig.runner.signal(attempt, 'term');
      const end = await ended;
      const said = Buffer.from(before.replace('\\n', '\n'));
      expect([end.exitCode, textOf(end.stderrTail), end.stderrBytes]).to.deep.equal([
        143,
        said.toString(),
        said.length,
      ]);
      expect(textOf((await rig.read(attempt, 0, 0, 'stderr'))?.data ?? said)).to.equal(said.toString());
    }
    const { stderrTail } = await rig.shell('echo Terminated >&2; exit 143');
    expect(textOf(stderrTail), 'nobody sent it a signal').to.equal('Terminated\n');
  });

  it('should let a command end in its own way', async () => {
    const mark = longTime();
    const { attempt, ended } = await started(`trap 'echo bye; exit 5' TERM; sleep ${mark} & wait`, mark);
    rig.runner.signal(attempt, 'term');
    const end = await ended;
    expect(end.exitCode).to.equal(5);
    expect(end.stdoutBytes).to.equal(4);
    expect(alive(mark)).to.deep.equal([]);
  });

  it('should lose no term that comes right after the start', async () => {
    for (let i = 0; i < 10; i++) {
      const { attempt, ended } = rig.start({ argv: ['/bin/sleep', longTime()] });
      rig.runner.signal(attempt, 'term');
      const end = await ended;
      expect(end.exitCode ?? end.failure).to.be.oneOf([143, 'it was stopped before it ran']);
    }
  });

  it('should kill what ignores term', async () => {
    const mark = longTime();
    const { attempt, ended } = await started(`trap '' TERM; sleep ${mark}; sleep ${mark}`, mark);
    rig.runner.signal(attempt, 'term');
    rig.runner.signal(attempt, 'kill');
    expect(await ended).to.deep.include({ exitCode: 137 });
    expect(alive(mark)).to.deep.equal([]);
  });

  it('should kill grandchildren, those in process groups of their own too', async () => {
    const mark = longTime();
    const text = `perl -e 'setpgrp; exec "sleep", "${mark}"' & (sh -c 'sleep ${mark}' &) ; sleep ${mark}`;
    const { attempt, ended } = await started(text, mark);
    await until('all three sleep', () => alive(mark).length >= 3);
    rig.runner.signal(attempt, 'kill');
    const end = await ended;
    expect(end.exitCode).to.equal(137);
    expect(end.failure).to.equal(undefined);
    expect(alive(mark)).to.deep.equal([]);
  });

  it('should end what a command leaves behind, before it reports the end', async () => {
    const mark = longTime();
    expect((await rig.shell(`sleep ${mark} & exit 4`)).exitCode).to.equal(4);
    expect(alive(mark)).to.deep.equal([]);
    const text = `sh -c 'trap "" TERM; echo ready; while :; do sleep ${mark}; done' & sleep 0.1; exit 6`;
    expect((await rig.shell(text)).exitCode).to.equal(6);
    expect(alive(mark)).to.deep.equal([]);
    expect((await rig.shell('exit 7')).exitCode).to.equal(7);
  });

  it('should keep a late word of one attempt out of the next one', async () => {
    const mark = longTime();
    // A session of its own escapes; what it holds must not be the next attempt's.
    await rig.shell(`setsid sh -c 'sleep 0.1; echo late; : ${mark}' & exit 0`);
    const text = 'sleep 0.4; echo mine';
    expect(await rig.says(text)).to.equal('mine\n');
  });

  it('should take nothing of a half-read command for a script', async () => {
    const trap = join(rig.dataDir, 'trap');
    const argv = ['/bin/true', ...Array<string>(9000).fill(`'\n: > '${trap}'\n`)];
    for (let i = 0; i < 10; i++) {
      const { attempt, ended } = rig.start({ argv });
      setTimeout(() => rig.runner.signal(attempt, 'kill'), i / 2);
      expect((await ended).exitCode).to.be.oneOf([0, 137]);
      expect(await rig.says('echo fine')).to.equal('fine\n');
    }
    expect(existsSync(trap)).to.equal(false);
  });

  it('should end an attempt that waits for a slot without running it', async () => {
    const narrow = await Rig.open({ slots: 1, limits: { slotsMax: 1 } });
    try {
      const first = narrow.start({ argv: ['/bin/sleep', longTime()] });
      const second = narrow.start({ argv: ['/bin/true'] });
      narrow.runner.signal(second.attempt, 'term');
      const end = await second.ended;
      expect(end).to.include({ failure: 'it was stopped before it ran' });
      expect(end.exitCode).to.equal(undefined);
      narrow.runner.signal(first.attempt, 'kill');
      expect((await first.ended).exitCode).to.equal(137);
    } finally {
      await narrow.close();
    }
  });

  it('should go on where a shell is killed, at work or idle', async () => {
    const text = 'read -r _ _ _ supervisor _ < "/proc/$PPID/stat"; kill -KILL "$supervisor"; sleep 30';
    const failure = 'the shell that ran it was killed';
    expect(await rig.shell(text)).to.include({ failure, exitCode: 137 });
    const worker = Number(await rig.says('echo $PPID'));
    process.kill(worker, 'SIGKILL');
    await until('it is gone', () => !existsSync(`/proc/${worker}`));
    const end = await rig.shell('exit 8');
    // Whether its death was heard of before the command was written decides.
    expect(end.failure ?? end.exitCode).to.be.oneOf([failure, 8]);
    expect((await rig.shell('exit 9')).exitCode).to.equal(9);
  });

  it('should ignore signals to attempts it does not know', () => {
    rig.runner.signal(rig.attempt(), 'kill');
  });
});
