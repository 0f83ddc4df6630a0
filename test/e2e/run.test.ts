import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { isRunning } from '../../src/cli/running.js';
import { until } from '../support/until.js';
import { covey } from './support/covey.js';
import { Flock } from './support/flock.js';
import { processesWith } from './support/processes.js';
import type { ShowAnswer, SubmitAnswer } from './support/views.js';

describe('a command', function () {
  this.timeout(60_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(1, ['--cpus', '2']);
  });
  after(() => flock.stop());

  const run = (...args: readonly string[]) => flock.cli(['run', ...args]);
  const sh = (script: string) => run('--', 'sh', '-c', script);
  const show = (job: string) => flock.json<ShowAnswer>(['show', job]);

  it('should have its output and exit code given through', async () => {
    const { code, stdout, stderr } = await sh('echo out; echo err >&2; exit 3');
    expect({ code, stdout, stderr }).to.deep.equal({ code: 3, stdout: 'out\n', stderr: 'err\n' });
  });

  it('should succeed with 0', async () => {
    expect(await run('--', 'true')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });

  it('should get its arguments as they are', async () => {
    const odd = ['two words', '$HOME', '`id`', "it's", 'a"b', '', 'back\\slash', 'new\nline', 'ünï', '--flag'];
    const { stdout } = await run('--', 'sh', '-c', 'printf "<%s>" "$@"', 'sh', ...odd);
    expect(stdout).to.equal(odd.map((arg) => `<${arg}>`).join(''));
  });

  it('should end with 127 where there is no such program, 126 where it cannot be executed', async () => {
    writeFileSync(flock.path('files', 'data'), 'not a program', { mode: 0o644 });
    expect((await run('--', 'no-such-program-anywhere')).code).to.equal(127);
    expect((await run('--', flock.path('files', 'data'))).code).to.equal(126);
  });

  it('should end with 128 + n for signal n', async () => {
    expect((await sh('kill -9 $$')).code).to.equal(137);
    expect((await sh('kill -TERM $$')).code).to.equal(143);
  });

  it('should end with 124 when its time is over', async () => {
    expect((await run('--timeout', '500ms', '--', 'sleep', '30')).code).to.equal(124);
  });

  it('should read the standard input that it was given', async () => {
    const { stdout } = await flock.cli(['run', '--stdin', '-', '--', 'cat'], { stdin: 'hello\n' });
    expect(stdout).to.equal('hello\n');
  });

  it('should know its task and get its item in place of {}', async () => {
    const echo = ['sh', '-c', 'echo "$COVEY_INDEX $1 $COVEY_ITEM"', 'sh', 'of {}'];
    const { code } = await flock.cli(['run', '--each-line', '-', '--', ...echo], { stdin: 'a b\nc  d\n' });
    expect(code).to.equal(0);
    const { stdout } = await flock.cli(['logs', 'last']);
    expect(stdout.trim().split('\n').sort()).to.deep.equal(['0 of a b a b', '1 of c  d c  d']);
  });

  it('should need no daemon', async () => {
    const { code, stdout } = await covey(['run', '--', 'echo', 'alone'], {
      env: { COVEY_DATA: flock.path('files', 'no-daemon') },
    });
    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'alone\n' });
  });

  it('should have the output of an array shown by rising index, without a daemon too', async () => {
    const args = ['run', '--array', '3', '--', 'echo', '{}'];
    const alone = { env: { COVEY_DATA: flock.path('files', 'no-daemon') } };
    for (const { code, stdout } of [await flock.cli(args), await covey(args, alone)]) {
      expect({ code, stdout }).to.deep.equal({ code: 0, stdout: '1\n2\n3\n' });
    }
    const { stdout } = await run('--array', '2', '--', 'sh', '-c', 'sleep 0.$((2 - {})); seq {}0000');
    const counted = (n: number) => Array.from({ length: n }, (_, i) => `${i + 1}\n`).join('');
    expect(stdout === counted(10_000) + counted(20_000), 'all of a long output').to.equal(true);
  });

  it('should leave its data directory to the next daemon', async () => {
    const data = flock.path('files', 'again');
    for (let time = 0; time < 2; time++) {
      const up = await covey(['up', '--detach', '--json', '--data', data]);
      expect(up.code, up.stderr).to.equal(0);
      const { pid } = JSON.parse(up.stdout) as { pid: number };
      const left = await covey(['leave', '-q', '--data', data]);
      expect(left.code, left.stderr).to.equal(0);
      expect(isRunning(pid)).to.equal(false);
    }
  });

  it('should be cancelled with its grandchildren, those that ignore TERM too', async () => {
    const marker = `marker-${randomUUID()}`;
    const stubborn = `trap "" TERM; sh -c 'trap "" TERM; while :; do sleep 0.1; done' ${marker} & wait; wait`;
    const { job } = await flock.json<SubmitAnswer>(['submit', '--', 'sh', '-c', stubborn, marker]);
    await until('the grandchild runs', () => processesWith(marker).length >= 2);
    expect((await flock.cli(['cancel', job])).code).to.equal(0);
    await until('nothing of it runs', () => processesWith(marker).length === 0, 20_000);
    await until('it is cancelled', async () => (await show(job)).state === 'cancelled');
  });

  it('should end with its daemon, by kill -9 too', async () => {
    const marker = `marker-${randomUUID()}`;
    const command = ['sh', '-c', 'sh -c "while :; do sleep 0.1; done" $0 & wait', marker];
    const { job } = await flock.json<SubmitAnswer>(['submit', '--array', '1-2', '--', ...command]);
    await until('the grandchildren run', () => processesWith(marker).length >= 4);
    await flock.kill9(0);
    await until('nothing of it runs', () => processesWith(marker).length === 0, 10_000);

    await flock.restart(0);
    await until('both run again', () => processesWith(marker).length >= 4);
    expect((await flock.cli(['cancel', job])).code).to.equal(0);
    await until('nothing of it runs', () => processesWith(marker).length === 0, 20_000);
  });
});
