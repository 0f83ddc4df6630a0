import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Explanation, JobView } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { ShowAnswer, SubmitAnswer } from './support/views.js';

type Named = SubmitAnswer & { readonly task: string; readonly existed: boolean };

describe('jobs that wait, over three daemons', function () {
  this.timeout(120_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '2']);
  });
  after(() => flock.stop());

  const submit = async (args: readonly string[], node = 0) =>
    (await flock.json<SubmitAnswer>(['submit', ...args], { node })).job;
  const show = (job: string, node = 0) => flock.json<ShowAnswer & JobView>(['show', job, '--all'], { node });
  const wait = async (job: string, node = 0) => (await flock.cli(['wait', job, '--timeout', '60s'], { node })).code;
  const untilFile = (name: string) => ['sh', '-c', 'until [ -e "$0" ]; do sleep 0.02; done', flock.path('files', name)];

  it('should run one after the other, and say meanwhile what is waited for', async () => {
    const log = flock.path('files', 'order');
    const say = (word: string) => ['--shell', '--', `echo ${word} >> ${log}`];
    const gate = await submit(['--', ...untilFile('go')]);
    const first = await submit(['--after', `ok:${gate}`, ...say('first')], 1);
    const many = await submit(['--after', first, '--array', '1-20', ...say('many')], 2);
    const last = await submit(['--after', `ok:${many}`, '--after', 'any:' + first, ...say('last')]);
    const explained = await flock.json<Explanation>(['explain', `${first}/0`], { node: 2 });
    expect(explained.summary).to.equal(`It waits for job ${gate} to succeed.`);
    expect((await show(last, 1)).waits?.after).to.deep.include({ job: many, on: 'ok' });
    writeFileSync(flock.path('files', 'go'), '');
    expect(await wait(last, 1)).to.equal(0);
    expect(readFileSync(log, 'utf8').trim().split('\n')).to.deep.equal([
      'first',
      ...Array<string>(20).fill('many'),
      'last',
    ]);
    expect((await show(last)).waits).to.equal(null);
    const family = await flock.json<{ jobs: JobView[] }>(['show', many, '--graph'], { node: 2 });
    expect(family.jobs.map(({ job }) => job)).to.have.members([gate, first, many, last]);
    expect(family.jobs.find(({ job }) => job === last)?.after).to.have.length(2);
  });

  it('should cancel what waits for the success of a job that fails, and all that waits for that', async () => {
    const gate = await submit(['--shell', '--', 'exit 3']);
    const child = await submit(['--after', gate, '--array', '1-5', '--', 'true'], 1);
    const grandchild = await submit(['--after', `ok:${child}`, '--', 'true'], 2);
    const cleaner = await submit(['--after', `fail:${gate}`, '--', 'true'], 2);
    expect(await wait(grandchild)).to.equal(1);
    expect(await wait(cleaner)).to.equal(0);
    expect(await show(child, 2)).to.include({ state: 'cancelled', reason: `job ${gate} ended failed` });
    const { tasks, reason } = await show(grandchild);
    expect(reason).to.equal(`job ${child} ended cancelled`);
    expect(tasks.map((task) => [task.state, task.attempts, task.reason])).to.deep.equal([['cancelled', 0, reason]]);
  });

  it('should hold to its parents over the death of the node that coordinates it', async () => {
    const gate = await submit(['--', ...untilFile('open')]);
    const child = await submit(['--after', gate, '--', 'true']);
    const { coordinator } = await flock.json<Explanation>(['explain', `${child}/0`]);
    const victim = [1, 2].find((node) => flock.id(node) === coordinator) ?? 1;
    await flock.kill9(victim);
    const survivor = victim === 1 ? 2 : 1;
    await until(
      'its parent is coordinated again',
      async () => (await show(gate, survivor)).partial !== undefined,
      30_000,
    );
    writeFileSync(flock.path('files', 'open'), '');
    expect(await wait(child, survivor)).to.equal(0);
    await flock.restart(victim);
    await flock.settled();
  });

  it('should start no sooner than told', async () => {
    const before = Date.now();
    const job = await submit(['--delay', '2s', '--', 'true']);
    expect((await show(job, 1)).waits?.until).to.match(/Z$/);
    expect(await wait(job)).to.equal(0);
    const [task] = (await show(job)).tasks;
    expect(Date.parse(task?.startedAt ?? '') - before).to.be.at.least(1_900);
  });

  it('should submit the tasks of a file, and cancel them again where one is not taken', async () => {
    const log = flock.path('files', 'flow');
    const write = (name: string, more = '') =>
      writeFileSync(
        flock.path('files', name),
        `[tasks.last]\ncommand = "echo last >> ${log}"\nshell = true\nafter = "many"\n${more}
[tasks.many]\ncommand = ["sh", "-c", "echo {} >> ${log}"]\narray = 3\nafter = "first"
[tasks.first]\ncommand = "echo first >> ${log}"\nshell = true\n`,
      );
    write('flow.toml');
    const file = flock.path('files', 'flow.toml');
    const submitFile = () => flock.json<{ jobs: Named[] }>(['submit', '--file', file, '--id', 'flow']);
    const { jobs } = await submitFile();
    expect(jobs.map(({ task, tasks }) => [task, tasks])).to.deep.equal([
      ['first', 1],
      ['many', 3],
      ['last', 1],
    ]);
    expect(await wait(jobs[2]!.job, 2)).to.equal(0);
    const lines = readFileSync(log, 'utf8').trim().split('\n');
    expect([lines[0], lines.slice(1, 4).sort(), lines[4]]).to.deep.equal(['first', ['1', '2', '3'], 'last']);
    const again = (await submitFile()).jobs;
    expect(again.map(({ job, existed }) => [job, existed])).to.deep.equal(jobs.map(({ job }) => [job, true]));

    write('huge.toml', 'gpus = 9');
    const refused = await flock.cli(['submit', '--file', flock.path('files', 'huge.toml')]);
    expect(refused.code).to.equal(6);
    expect(refused.stderr).to.match(/task last: no node has enough gpus .*; the 2 before it were cancelled/);
  });

  it('should refuse to wait for what is not there, or is no job', async () => {
    const cases = [
      [['--after', 'ok:k00000000000000000000'], 3, 'no job is called'],
      [['--after', 'soon:last'], 2, 'names no job to wait for'],
      [['--at', '25:00'], 2, 'is no time'],
      [['--delay', '-1s'], 2, 'is not a duration'],
    ] as const;
    for (const [args, code, text] of cases) {
      const refused = await flock.cli(['submit', ...args, '--', 'true']);
      expect([refused.code, refused.stderr]).to.deep.equal([code, refused.stderr]);
      expect(refused.stderr).to.include(text);
    }
  });
});
