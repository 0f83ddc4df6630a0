import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import { tally, type ShowAnswer, type SubmitAnswer } from './support/views.js';

const NODES = [0, 1, 2, 3, 4];
/** The promise is about 2,000, and any of the five: COVEY_DEATH_TASKS=2000, some minutes. */
const TASKS = Number(process.env['COVEY_DEATH_TASKS'] ?? 150);
const VICTIMS = TASKS < 2_000 ? [3] : NODES;
const INDICES = Array.from({ length: TASKS }, (_, i) => i + 1);
/** Until the death is seen, what the dead one held is taken over and all has run. */
const ENDED_MS = 60_000 + 30 * TASKS;

interface Start {
  readonly index: number;
  readonly node: string;
}

describe('a flock of five daemons in which some die', function () {
  this.timeout(4 * ENDED_MS);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(NODES.length, ['--cpus', '2']);
  });
  afterEach(async () => {
    for (const node of NODES) if (!flock.daemon(node).running) await flock.restart(node, 'same-port');
    await flock.settled();
  });
  after(() => flock.stop());

  const fileOf = (name: string) => flock.path('files', name);

  /** An array whose tasks each append who starts them where, through `node`. */
  async function submit(name: string, node: number, options: readonly string[] = []): Promise<string> {
    const script = 'echo "$COVEY_INDEX $COVEY_NODE" >> "$0"; sleep 0.01';
    const array = ['--array', `1-${TASKS}`, ...options];
    const command = ['submit', ...array, '--', 'sh', '-c', script, fileOf(name)];
    return (await flock.json<SubmitAnswer>(command, { node })).job;
  }

  function starts(name: string): Start[] {
    if (!existsSync(fileOf(name))) return [];
    const lines = readFileSync(fileOf(name), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => {
      const [index = '', node = ''] = line.split(' ');
      return { index: Number(index), node };
    });
  }

  const middle = (name: string) =>
    until('a quarter has started', () => Promise.resolve(starts(name).length >= TASKS / 4), ENDED_MS);

  /** How the job ended, as one who has lived through it says. */
  async function ended(job: string, node: number): Promise<ShowAnswer> {
    const patience = { node, timeoutMs: ENDED_MS + 10_000 };
    const { code, stderr } = await flock.cli(['wait', job, '--timeout', `${ENDED_MS / 1000}s`], patience);
    expect(code, stderr).to.be.oneOf([0, 1]);
    return flock.json<ShowAnswer>(['show', job, '--all'], { node });
  }

  function expectReruns(name: string, dead: string): void {
    const attempts = starts(name);
    const times = tally(attempts.map(({ index }) => index));
    expect([...times.keys()].sort((a, b) => a - b)).to.deep.equal(INDICES);
    const there = new Set(attempts.filter(({ node }) => node === dead).map(({ index }) => index));
    const groundless = [...times].filter(([index, n]) => n > 1 && !there.has(index));
    expect(groundless, 'tasks that ran again though the dead node had none of them').to.deep.equal([]);
  }

  /** That each has run at most once, and that only what ran on the dead node is interrupted. */
  function expectOnce(name: string, { counts, tasks }: ShowAnswer, dead: string): void {
    expect((counts.succeeded ?? 0) + (counts.interrupted ?? 0)).to.equal(TASKS);
    const times = tally(starts(name).map(({ index }) => index));
    expect([...times].filter(([, n]) => n > 1)).to.deep.equal([]);
    const interrupted = tasks.filter(({ state }) => state === 'interrupted');
    expect(interrupted.filter(({ executor }) => executor !== dead)).to.deep.equal([]);
    const unstarted = tasks.filter(({ index, state }) => state === 'succeeded' && !times.has(index));
    expect(unstarted, 'succeeded, and never ran').to.deep.equal([]);
  }

  for (const victim of VICTIMS) {
    it(`should lose nothing with node ${victim}, neither in the middle nor what it has just accepted`, async () => {
      const other = (victim + 1) % NODES.length;
      const [rerun, once, accepted] = [`rerun-${victim}`, `once-${victim}`, `accepted-${victim}`];
      const jobs = [await submit(rerun, other), await submit(once, other, ['--contract', 'at-most-once'])];
      await Promise.all([middle(rerun), middle(once)]);
      jobs.push(await submit(accepted, victim));
      await flock.kill9(victim);
      const [rerunEnd, onceEnd, acceptedEnd] = await Promise.all(jobs.map((job) => ended(job, other)));
      expect(rerunEnd?.counts.succeeded).to.equal(TASKS);
      expectReruns(rerun, flock.id(victim));
      expect(acceptedEnd?.counts.succeeded).to.equal(TASKS);
      expectReruns(accepted, flock.id(victim));
      expectOnce(once, onceEnd!, flock.id(victim));
    });
  }

  it('should finish all that was accepted when all are killed at once and started again', async () => {
    const job = await submit('all', 0);
    await middle('all');
    await Promise.all(NODES.map((node) => flock.kill9(node)));
    await Promise.all(NODES.map((node) => flock.restart(node, 'same-port')));
    await flock.settled();
    expect((await ended(job, 3)).counts.succeeded).to.equal(TASKS);
    expect(new Set(starts('all').map(({ index }) => index))).to.deep.equal(new Set(INDICES));
  });
});
