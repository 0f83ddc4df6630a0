import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { DoctorAnswer, Explanation } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import type { SubmitAnswer } from './support/views.js';

/** Of the arrays by which it becomes known, and of those that are looked at. */
const [FIRST, LATER] = [120, 400];
/** From when a node that fails everything must get next to nothing, and what that is at most. */
const SEEN_MS = 5_000;
const PART_MAX = 0.01;

describe('a flock of three daemons of which one fails every task', function () {
  this.timeout(240_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '4']);
  });
  after(() => flock.stop());

  /** Each start is a line with the node's id. */
  const SCRIPT = 'echo "$COVEY_NODE" >> "$0"; [ "$COVEY_NODE" != "$1" ] && sleep 0.01';

  /** Runs an array to its end; returns the part of its attempts that were made at node 1, 0..1. */
  async function partOfSick(name: string, tasks: number): Promise<number> {
    const file = flock.path('files', name);
    const array = ['--array', `1-${tasks}`, '--retries', '20'];
    const { job } = await flock.json<SubmitAnswer>(['submit', ...array, '--', 'sh', '-c', SCRIPT, file, flock.id(1)]);
    await flock.succeeded(job);
    const nodes = readFileSync(file, 'utf8').trim().split('\n');
    return nodes.filter((node) => node === flock.id(1)).length / nodes.length;
  }

  it('should give it no more work after five seconds, and say so', async () => {
    const sinceMs = performance.now();
    const first = await partOfSick('0', FIRST);
    expect(first, 'it is tried before anything is known').to.be.greaterThan(0);
    for (let i = 1; i < 3 || performance.now() - sinceMs < SEEN_MS; i++) await partOfSick(`${i}`, FIRST);
    expect(await partOfSick('later', LATER)).to.be.at.most(PART_MAX);

    const jobs = await Promise.all(
      Array.from({ length: 4 }, () => flock.json<SubmitAnswer>(['submit', '--', 'sleep', '60'])),
    );
    const isTold = async () => {
      const told = await Promise.all(jobs.map(({ job }) => flock.json<Explanation>(['explain', job])));
      const outs = told.flatMap(({ candidates }) => candidates.filter(({ node }) => node === flock.id(1)));
      return outs.find(({ out }) => /^circuit breaker (half-)?open: \d+ of \d+ tasks failed$/.test(out ?? ''));
    };
    await until('a coordinator says that its breaker is open', isTold, 20_000);
    const checks = await Promise.all(
      [0, 1, 2].map(
        async (node) => JSON.parse((await flock.cli(['doctor', '--json'], { node })).stdout) as DoctorAnswer,
      ),
    );
    const found = checks.flatMap(({ checks }) => checks.filter(({ name, ok }) => name === 'breakers' && !ok));
    expect(found[0]?.what).to.match(/^1 node fails tasks that others do not/);
    for (const { job } of jobs) await flock.cli(['cancel', job]);
  });
});
