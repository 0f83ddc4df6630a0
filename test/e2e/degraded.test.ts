import { expect } from 'chai';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { DoctorCheck, Explanation } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { ErrorAnswer, ShowAnswer, SubmitAnswer } from './support/views.js';

const TASKS = 6;
const KEY = 'survives';

describe('a daemon that is left alone by two of three', function () {
  this.timeout(240_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '2', '--lost-after', '3s']);
  });
  after(() => flock.stop());

  const show = (job: string, node = 0) => flock.json<ShowAnswer>(['show', job, '--all'], { node });
  const outcomes = ({ tasks }: ShowAnswer) =>
    tasks.map(({ id, state, exitCode, epoch }) => ({ id, state, exitCode, epoch }));

  /** An at-most-once job which the survivor coordinates, and that waits behind all that runs. */
  async function waitingOnce(): Promise<string> {
    return until('the survivor coordinates one', async () => {
      const { job } = await flock.json<SubmitAnswer>(['submit', '--contract', 'at-most-once', '--', 'true']);
      const { coordinator, state } = await flock.json<Explanation>(['explain', `${job}/0`]);
      return coordinator === flock.id(0) && (state === 'queued' || state === 'pending') ? job : undefined;
    });
  }

  /** Ends what would wait for the others for ever. */
  async function abandoned(job: string): Promise<void> {
    const told = await flock.json<{ readonly degraded: boolean }>(['abandon', job, '--yes']);
    expect(told).to.deep.equal({ job, cancelled: 1, degraded: true });
    const waited = await flock.cli(['wait', job, '--timeout', '20s']);
    expect(waited.code).to.equal(1);
    expect(await show(job)).to.include({ state: 'cancelled', reason: 'abandoned: 2 of 3 replicas are gone' });
  }

  it('should finish what was accepted, say that this is provisional, and have it recorded when they return', async () => {
    const [ran, go] = [flock.path('files', 'ran'), flock.path('files', 'go')];
    const command = `while [ ! -e ${go} ]; do sleep 0.2; done; echo "$COVEY_INDEX" >> ${ran}`;
    const submit = ['submit', '--id', KEY, '--array', `1-${TASKS}`, '--', 'sh', '-c', command];
    const { job, durability } = await flock.json<SubmitAnswer>(submit);
    expect(durability.degraded).to.equal(false);
    await until('all have started or wait', async () => (await show(job)).counts.running === TASKS, 60_000);
    const granted = await waitingOnce();
    const early = await flock.cli(['abandon', granted, '--yes']);
    expect(early).to.include({ code: 1 });
    expect(early.stderr).to.contain('has lost most of its replicas for good (hint: `covey cancel` ends it');
    for (const node of [1, 2]) await flock.kill9(node);
    writeFileSync(go, '');

    const alone = await until(
      'it has ended, degraded',
      async () => {
        const answer = await show(job).catch(() => undefined);
        return answer?.degraded === true && answer.counts.succeeded === TASKS ? answer : undefined;
      },
      120_000,
    );
    const wait = await flock.cli(['wait', job, '--timeout', '10s']);
    expect(wait).to.include({ code: 0 });
    expect(wait.stdout).to.contain('degraded: provisional');
    const marked = alone.tasks.filter(({ degraded }) => degraded);
    expect(marked).not.to.have.length(0);
    expect((await flock.cli(['show', job])).stdout).to.contain('degraded: provisional');
    const explained = await flock.json<Explanation>(['explain', marked[0]!.id]);
    expect(explained.degraded).to.include({ gone: 2, replicas: 3 });
    expect(explained.summary).to.contain('provisional');
    const again = await flock.json<SubmitAnswer>(submit);
    expect(again).to.deep.include({ job, durability: { replicas: 3, acked: 1, degraded: true } });
    const once = await flock.json<Explanation>(['explain', `${granted}/0`]);
    expect(once.summary).to.match(/It runs at most once: .* cannot be recorded now: only 1 of its 3 replicas is up/);
    const examined = await flock.cli(['doctor', '--json']);
    const { checks } = JSON.parse(examined.stdout) as { checks: DoctorCheck[] };
    const majority = checks.find(({ name }) => name === 'majority');
    expect([examined.code, majority?.ok]).to.deep.equal([1, false]);
    expect(majority?.what).to.match(/^only 1 of 3 members is alive: no majority is there/);
    expect(majority?.hint).to.match(/once they have been dead for 3\.0s: now \d+ records$/);
    await abandoned(granted);
    const refused = await flock.cli(['submit', '--json', '--id', 'new', '--', 'true'], { timeoutMs: 60_000 });
    expect(refused.code).to.equal(1);
    expect((JSON.parse(refused.stderr) as ErrorAnswer).code).to.equal('unavailable');

    const runs = readFileSync(ran, 'utf8');
    for (const node of [1, 2]) await flock.restart(node);
    await flock.settled(60_000);
    for (const node of [0, 1, 2]) {
      const healed = await until(
        `node ${node} shows it without the mark`,
        async () => {
          const answer = await show(job, node).catch(() => undefined);
          return answer?.degraded === false ? answer : undefined;
        },
        60_000,
      );
      expect(healed.tasks.some(({ degraded }) => degraded)).to.equal(false);
      expect(outcomes(healed)).to.deep.equal(outcomes(alone));
    }
    // It may have started in the moments before a majority had its cancel.
    await until('what was abandoned has ended for all', async () => {
      const { state, degraded } = await show(granted, 1);
      return !degraded && ['cancelled', 'succeeded'].includes(state);
    });
    expect(existsSync(ran) && readFileSync(ran, 'utf8'), 'nothing ran again').to.equal(runs);
  });
});
