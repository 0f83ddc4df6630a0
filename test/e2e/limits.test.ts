import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Holding, JobView } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { ShowAnswer, SubmitAnswer } from './support/views.js';

describe('the limits of a job, over three daemons', function () {
  this.timeout(120_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '4']);
  });
  after(() => flock.stop());

  const submit = async (args: readonly string[]) => (await flock.json<SubmitAnswer>(['submit', ...args])).job;
  const wait = async (job: string) => (await flock.cli(['wait', job, '--timeout', '60s'])).code;
  const show = (job: string) => flock.json<ShowAnswer & JobView>(['show', job, '--all'], { node: 1 });

  it('should keep to so many tasks at a time, wherever they run', async () => {
    const log = flock.path('files', 'log');
    writeFileSync(log, '');
    const script = `echo + >> ${log}; sleep 0.05; echo - >> ${log}`;
    const job = await submit(['--max-parallel', '3', '--array', '1-60', '--shell', '--', script]);
    expect(await wait(job)).to.equal(0);
    let running = 0;
    const seen = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((sign) => (running += sign === '+' ? 1 : -1));
    expect(seen).to.have.length(120);
    expect(Math.max(...seen)).to.equal(3);
  });

  it('should give up a job of which too much fails', async () => {
    const job = await submit(['--max-fails', '2', '--array', '1-400', '--shell', '--', 'sleep 0.5; exit 3']);
    expect(await wait(job)).to.equal(1);
    const { state, reason, counts, tasks } = await show(job);
    expect({ state, reason }).to.deep.equal({ state: 'failed', reason: 'more than 2 of its tasks did not succeed' });
    expect(counts.failed).to.be.within(3, 60);
    expect(counts.failed + counts.cancelled).to.equal(400);
    expect(tasks.find((task) => task.state === 'cancelled')?.reason).to.equal(reason);
  });

  it('should end what has not ended by its deadline, waiting or running', async () => {
    const job = await submit(['--deadline', '1s', '--array', '1-40', '--', 'sleep', '30']);
    expect(await wait(job)).to.equal(1);
    const { state, reason, counts, tasks } = await show(job);
    expect({ state, reason, expired: counts.expired }).to.deep.equal({
      ...{ state: 'expired', reason: 'its deadline has passed', expired: 40 },
    });
    const ended = tasks.filter((task) => task.startedAt !== null);
    expect(ended.length).to.be.within(1, 40);
    for (const { submittedAt, finishedAt } of ended) {
      expect(Date.parse(finishedAt ?? '') - Date.parse(submittedAt)).to.be.within(1_000, 10_000);
    }
  });

  it('should take other limits while it goes on, and none once it has ended', async () => {
    const job = await submit(['--deadline', '1h', '--array', '1-5', '--', 'sleep', '60']);
    const { code: empty, stderr: nothing } = await flock.cli(['update', job]);
    expect(`${empty} ${nothing}`).to.match(/^2 covey: there is nothing to change \(hint: see covey update --help\)/);
    const changed = await flock.json<object>(['update', job, '--deadline', '300ms', '--max-fails', '3'], { node: 2 });
    expect(changed).to.deep.equal({ job, maxFails: 3, deadlineMs: 300 });
    expect(await wait(job)).to.equal(1);
    expect((await show(job)).counts.expired).to.equal(5);
    const { code, stderr } = await flock.cli(['update', job, '--max-fails', '9'], { node: 1 });
    expect(`${code} ${stderr}`).to.match(/^\d+ covey: job \w+ has ended, or is cancelled \(hint: /);
  });

  it('should start what waits by the terms of now, on whatever node, and no more of it at a time', async () => {
    const [log, go] = [flock.path('files', 'terms'), flock.path('files', 'terms-go')];
    writeFileSync(log, '');
    const script = `while [ ! -e ${go} ]; do sleep 0.05; done; echo + >> ${log}; sleep 0.3; echo - >> ${log}`;
    const job = await submit(['--timeout', '60s', '--array', '1-20', '--shell', '--', script]);
    await until('all places are taken', async () => (await show(job)).counts.running === 12);
    const terms = ['--timeout', '100ms', '--max-parallel', '2', '--retries', '1', '--retry-on', '7'];
    expect(await flock.json<object>(['update', job, ...terms], { node: 2 })).to.deep.equal({
      ...{ job, timeoutMs: 100, maxParallel: 2, retries: 1, retryOn: [7] },
    });
    await until('queues are empty', async () => (await show(job)).counts.queued <= 2);
    writeFileSync(go, '');
    expect(await wait(job)).to.equal(1);
    const { counts, tasks } = await show(job);
    expect({ ok: counts.succeeded, late: counts['timed-out'] }, 'by the old, by the new').to.deep.equal({
      ...{ ok: 12, late: 8 },
    });
    expect(Math.max(...tasks.map(({ attempts }) => attempts)), 'not after a timeout').to.equal(1);
    const late = tasks.filter(({ state }) => state === 'timed-out');
    const times = late.map(({ startedAt, finishedAt }) => [Date.parse(startedAt ?? ''), Date.parse(finishedAt ?? '')]);
    const atOnce = times.map(([from = 0]) => times.filter(([a = 0, b = 0]) => a <= from && from < b).length);
    expect(Math.max(...atOnce)).to.be.at.most(2);
  });

  it('should start nothing more of what is held, and go on when it is released', async () => {
    const [log, go] = [flock.path('files', 'held'), flock.path('files', 'go')];
    writeFileSync(log, '');
    const script = `echo . >> ${log}; while [ ! -e ${go} ]; do sleep 0.1; done`;
    const job = await submit(['--array', '1-60', '--shell', '--', script]);
    const begun = () => readFileSync(log, 'utf8').length / 2;
    await until('some of it runs', () => begun() > 0);
    expect((await flock.json<Holding>(['hold', job], { node: 2 })).held).to.equal(true);
    writeFileSync(go, '');
    await until('what ran has ended', async () => {
      const { running, queued } = (await show(job)).counts;
      return running === 0 && queued === 0;
    });
    const [before, { held, counts }] = [begun(), await show(job)];
    expect(held).to.equal(true);
    expect(before).to.be.lessThan(60);
    expect(counts.pending).to.equal(60 - before);
    await flock.kill9(0);
    await flock.restart(0);
    expect((await show(job)).held).to.equal(true);
    expect(begun()).to.equal(before);
    await flock.cli(['release', job], { node: 1 });
    expect(await wait(job)).to.equal(0);
    expect(begun()).to.equal(60);
    expect((await flock.json<Holding>(['hold', job])).held, 'it has ended').to.equal(false);
  });

  it('should run a task on each node', async () => {
    const { code, stdout } = await flock.cli(['run', '--per-node', '--shell', '--', 'echo $COVEY_NODE $COVEY_ITEM']);
    expect(code).to.equal(0);
    const pairs = stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' '));
    expect(pairs.map(([ranOn]) => ranOn).sort()).to.deep.equal([0, 1, 2].map((i) => flock.daemon(i).ready.node).sort());
    for (const [ranOn, wanted] of pairs) expect(ranOn).to.equal(wanted);
  });

  it('should give each element of a JSON array to a task of its own', async () => {
    const stdin = '[{"n": 1, "word": "a b"}, "two"]';
    const { stdout } = await flock.cli(['run', '--from-json', '-', '--', 'printenv', 'COVEY_ITEM'], { stdin });
    expect(stdout.split('\n').sort().filter(Boolean)).to.deep.equal(['"two"', '{"n":1,"word":"a b"}']);
  });
});
