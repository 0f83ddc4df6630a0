import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { NodeView } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { ErrorAnswer, ShowAnswer, SubmitAnswer } from './support/views.js';

const ONCE = ['--contract', 'at-most-once'];
const TASKS = 6;

describe('tasks that run at most once, on three daemons', function () {
  this.timeout(180_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '2']);
  });
  after(() => flock.stop());

  const submit = (args: readonly string[], node = 0) =>
    flock.json<SubmitAnswer>(['submit', ...ONCE, ...args], { node });
  const show = (job: string, node = 0) => flock.json<ShowAnswer>(['show', job, '--all'], { node });
  /** A command that says that it started, and then takes its time. */
  const startedIn = (file: string, sleep: string) => ['sh', '-c', `echo "$COVEY_INDEX" >> ${file}; sleep ${sleep}`];
  const starts = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);

  it('should run each once, and give its code through', async () => {
    const file = flock.path('files', 'all');
    const { job } = await submit(['--array', '1-20', '--', ...startedIn(file, '0')]);
    expect((await flock.cli(['wait', job, '--timeout', '60s'])).code).to.equal(0);
    expect(
      starts(file)
        .map(Number)
        .sort((a, b) => a - b),
    ).to.deep.equal(Array.from({ length: 20 }, (_, i) => i + 1));
    expect((await flock.cli(['run', ...ONCE, '--', 'sh', '-c', 'exit 3'])).code).to.equal(3);
  });

  it('should interrupt what a killed node ran, and start it nowhere else', async () => {
    const file = flock.path('files', 'killed');
    const { job } = await submit(['--array', `1-${TASKS}`, '--', ...startedIn(file, '5')]);
    const placed = await until('all have started', async () => {
      const answer = await show(job);
      return starts(file).length === TASKS && answer.counts.running === TASKS ? answer : undefined;
    });
    const victim = 2;
    const there = placed.tasks.filter(({ executor }) => executor === flock.id(victim)).map(({ id }) => id);
    expect(there, 'tasks on the node that is killed').to.not.be.empty;
    await flock.kill9(victim);
    const wait = await flock.cli(['wait', job, '--timeout', '90s'], { timeoutMs: 100_000 });
    expect(wait.code, 'an interrupted task is no success').to.equal(1);
    const { tasks, state } = await show(job);
    expect(state).to.equal('interrupted');
    const interrupted = tasks.filter((task) => task.state === 'interrupted');
    expect(interrupted.map(({ id }) => id)).to.deep.equal(there);
    expect(interrupted[0]?.reason).to.contain('at-most-once tasks are not started again');
    expect(tasks.filter((task) => task.state === 'succeeded')).to.have.length(TASKS - there.length);
    expect(starts(file).map(Number).sort()).to.deep.equal(Array.from({ length: TASKS }, (_, i) => i + 1));
  });

  it('should not run what was not granted when only a minority is left', async () => {
    const [busy, file] = [flock.path('files', 'busy'), flock.path('files', 'minority')];
    if (flock.daemon(2).running) await flock.kill9(2);
    const go = flock.path('files', 'go');
    const untilTold = `echo busy >> ${busy}; while [ ! -e ${go} ]; do sleep 0.2; done`;
    await submit(['--array', '1-4', '--', 'sh', '-c', untilTold]);
    await until('the flock is busy', () => Promise.resolve(starts(busy).length === 4), 60_000);
    const { job } = await submit(['--array', '1-4', '--', ...startedIn(file, '0')]);
    await until('some are queued on the node that will be left', async () => {
      const { tasks } = await show(job);
      return tasks.some(({ state, executor }) => state === 'queued' && executor === flock.id(0));
    });
    const keyed = ['submit', '--json', ...ONCE, '--id'];
    const allButOne = await flock.cli([...keyed, 'one-is-away', '--', 'true']);
    expect(allButOne.code, allButOne.stderr).to.equal(0);
    await flock.kill9(1);
    writeFileSync(go, '');
    const { code, stderr } = await flock.cli([...keyed, 'two-are-away', '--', 'true']);
    expect(code).to.equal(1);
    expect((JSON.parse(stderr) as ErrorAnswer).message).to.contain('1 of 3 nodes could say whether');
    await until(
      'the last node has asked in vain, and holds nothing any more',
      async () => {
        const nodes = await flock.jsonLines<NodeView>(['nodes']);
        const load = nodes.find(({ id }) => id === flock.id(0))?.load;
        return load?.running === 0 && load.queued === 0;
      },
      60_000,
    );
    expect(starts(file)).to.deep.equal([]);
  });
});
