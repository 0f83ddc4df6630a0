import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import type { JobView } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { ShowAnswer, SubmitAnswer } from './support/views.js';

describe('a schedule, over three daemons', function () {
  this.timeout(120_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '2']);
  });
  after(() => flock.stop());

  const submit = async (args: readonly string[]) => (await flock.json<SubmitAnswer>(['submit', ...args])).job;
  const show = (job: string, node: number) => flock.json<ShowAnswer & JobView>(['show', job], { node });

  it('should have a job made each second, through the death of a node, until it is cancelled', async () => {
    const log = flock.path('files', 'times');
    writeFileSync(log, '');
    const lines = () => readFileSync(log, 'utf8').split('\n').filter(Boolean);
    const times = () => [...new Set(lines())].map((line) => Number(line.split(' ')[0]));
    const script = `echo $COVEY_SCHEDULED_AT $COVEY_JOB >> ${log}`;
    const job = await submit(['--cron', '* * * * * *', '--tz', 'UTC', '--overlap', 'allow', '--shell', '--', script]);
    await until('it has come twice', () => times().length >= 2);
    await flock.kill9(0);
    const [, second = 0] = times();
    await until('it goes on', () => Math.max(...times()) > second + 2, 40_000);
    const { schedule, waits, state } = await show(job, 1);
    expect({ state, cron: schedule?.cron, zone: schedule?.zone }).to.deep.equal({
      ...{ state: 'pending', cron: '* * * * * *', zone: 'UTC' },
    });
    expect(Date.parse(waits?.until ?? '')).to.be.greaterThan(Date.parse(schedule?.lastAt ?? ''));
    expect((await show(schedule?.lastJob ?? '', 2)).state).to.be.oneOf(['pending', 'queued', 'running', 'succeeded']);
    expect((await flock.cli(['cancel', job], { node: 1 })).code).to.equal(0);
    expect((await show(job, 2)).state).to.equal('cancelled');
    const seen = times();
    expect(new Set(seen).size, 'each time has one job, though its task may run again').to.equal(seen.length);
    const [first = 0] = seen;
    const sorted = [...seen].sort((a, b) => a - b);
    expect(sorted, 'and none is left out').to.deep.equal(sorted.map((_, i) => first + i));
  });

  it('should refuse what is no such expression, or means nothing', async () => {
    const refused = async (args: readonly string[], on = 'submit') => {
      const { code, stderr } = await flock.cli([on, ...args, '--', 'true'], { node: 1 });
      expect(code, stderr).to.equal(2);
      return stderr;
    };
    expect(await refused(['--cron', 'often'])).to.match(/"often" is no cron expression/);
    expect(await refused(['--cron', '61 * * * *'])).to.match(/"61 \* \* \* \*" is no cron expression/);
    expect(await refused(['--cron', '0 0 30 2 *'])).to.match(/never comes to pass/);
    expect(await refused(['--cron', '0 0 * * *', '--tz', 'Mars/Olympus'])).to.match(/is no time zone/);
    expect(await refused(['--overlap', 'skip'])).to.match(/--overlap means nothing without --cron/);
    expect(await refused(['--cron', '0 0 * * *', '--delay', '5s'])).to.match(/delayMs means nothing for it/);
    expect(await refused(['--cron', '0 0 * * *'], 'run')).to.match(/no end to wait for/);
  });
});
