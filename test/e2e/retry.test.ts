import { expect } from 'chai';
import { existsSync, writeFileSync } from 'node:fs';
import type { Explanation, TaskDetail } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { ShowAnswer, SubmitAnswer } from './support/views.js';

describe('covey retry over three daemons', function () {
  this.timeout(120_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '2']);
  });
  after(() => flock.stop());

  const submit = (args: readonly string[]) => flock.json<SubmitAnswer>(['submit', ...args]);
  const show = (job: string, node = 0) => flock.json<ShowAnswer>(['show', job, '--all'], { node });
  const wait = async (job: string, node = 0) => (await flock.cli(['wait', job, '--timeout', '60s'], { node })).code;

  it('should start again what failed, and keep how it ended before', async () => {
    const flag = flock.path('files', 'mended');
    const { job } = await submit(['--array', '1-6', '--', 'sh', '-c', '[ $COVEY_INDEX -lt 5 ] || [ -e "$0" ]', flag]);
    expect(await wait(job)).to.equal(1);
    expect((await show(job)).counts).to.include({ succeeded: 4, failed: 2 });
    const before = await flock.json<TaskDetail>(['show', `${job}/6`]);
    expect(before.cpuMs, 'what it took').to.be.a('number');
    writeFileSync(flag, '');

    expect(await flock.json(['retry', '--failed', job], { node: 1 })).to.deep.equal({ job, retried: 2 });
    expect(await wait(job, 2)).to.equal(0);
    const after = await flock.json<TaskDetail>(['show', `${job}/6`], { node: 2 });
    expect(after).to.include({ state: 'succeeded', run: 2, exitCode: 0, attempts: 1 });
    expect(after.epoch).to.be.greaterThan(before.epoch ?? 0);
    const { epoch, executor, finishedAt } = before;
    expect(after.runs).to.deep.equal([{ run: 1, state: 'failed', exitCode: 1, epoch, executor, finishedAt }]);
    expect((await flock.json<TaskDetail>(['show', `${job}/1`])).runs).to.deep.equal([]);
  });

  it('should retry a task that is done, and refuse one that is not', async () => {
    const stop = flock.path('files', 'stop');
    const wanted = flock.path('files', 'wanted');
    const { job } = await submit([
      '--',
      'sh',
      '-c',
      'while [ -e "$0" ] && ! [ -e "$1" ]; do sleep 0.05; done',
      wanted,
      stop,
    ]);
    expect(await wait(job)).to.equal(0);
    writeFileSync(wanted, '');
    // Long enough for its record to have left the memory of its coordinator.
    await until('it is retried', async () => (await flock.cli(['retry', `${job}/0`])).code === 0);
    await until('it runs', async () => (await show(job)).state === 'running');
    const refused = await flock.cli(['retry', `${job}/0`], { node: 1 });
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.include('has not ended').and.to.include('covey cancel');
    expect(await flock.json(['retry', job])).to.deep.equal({ job, retried: 0 });
    writeFileSync(stop, '');
    expect(await wait(job)).to.equal(0);
  });

  it('should start again what was cancelled, whether it had begun or not', async () => {
    const go = flock.path('files', 'go');
    const { job } = await submit(['--array', '1-40', '--', 'sh', '-c', 'until [ -e "$0" ]; do sleep 0.05; done', go]);
    await until('some run', async () => ((await show(job)).counts.running ?? 0) > 0);
    expect((await flock.cli(['cancel', job])).code).to.equal(0);
    expect(await wait(job)).to.equal(1);
    writeFileSync(go, '');
    expect(await flock.json(['retry', `${job}/40`], { node: 1 })).to.deep.equal({ job, retried: 1 });
    await until('one has succeeded', async () => (await show(job)).counts.succeeded === 1);
    expect((await show(job)).counts).to.include({ cancelled: 39, succeeded: 1 });
    expect(await flock.json(['retry', job, '--failed'], { node: 2 })).to.deep.equal({ job, retried: 39 });
    expect(await wait(job)).to.equal(0);
    expect((await show(job)).counts).to.include({ cancelled: 0, succeeded: 40 });
  });

  it('should outlive the death of a coordinator in between', async () => {
    const flag = flock.path('files', 'late');
    const command = ['sh', '-c', 'echo "$COVEY_EPOCH" >> "$0.log"; [ -e "$0" ]', flag];
    const { job } = await submit(['--array', '1-20', '--', ...command]);
    expect(await wait(job)).to.equal(1);
    const { coordinator } = await flock.json<Explanation>(['explain', `${job}/1`]);
    const victim = [0, 1, 2].find((node) => flock.id(node) === coordinator) ?? 0;
    const other = (victim + 1) % 3;
    writeFileSync(flag, '');
    const retrying = flock.cli(['retry', job], { node: other });
    await flock.kill9(victim);
    const { code, stderr } = await retrying;
    expect(existsSync(`${flag}.log`)).to.equal(true);
    expect(code, stderr).to.equal(0);
    expect(await wait(job, other)).to.equal(0);
    const { tasks, counts } = await show(job, other);
    expect(counts).to.include({ succeeded: 20 });
    expect(new Set(tasks.map(({ run }) => run))).to.deep.equal(new Set([2]));
  });
});
