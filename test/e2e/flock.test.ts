import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import type { RingView } from '../../src/api/schema.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';
import { tally, type ShowAnswer, type SubmitAnswer } from './support/views.js';

const NODES = [0, 1, 2, 3, 4];

describe('a flock of five daemons', function () {
  this.timeout(90_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(NODES.length, ['--cpus', '2']);
  });
  after(() => flock.stop());

  const submit = (args: readonly string[], node = 0) => flock.json<SubmitAnswer>(['submit', ...args], { node });
  const show = (job: string, node = 0) => flock.json<ShowAnswer>(['show', job, '--all'], { node });
  const wait = (job: string, node = 0) => flock.cli(['wait', job, '--timeout', '60s'], { node });

  it('should be seen whole by each of its nodes', async () => {
    for (const node of NODES) {
      // A busy machine has one suspected for a moment, who then says that it is alive.
      const allAlive = async () => {
        const states = await flock.states(node);
        return [...states.values()].every((state) => state === 'alive') && states;
      };
      const states = await until(`node ${node} sees all alive`, allAlive, 15_000);
      expect([...states.keys()].sort()).to.deep.equal(NODES.map((other) => flock.id(other)).sort());
    }
  });

  it('should run each task of an array once, on every node', async () => {
    const file = flock.path('files', 'once');
    const command = ['sh', '-c', 'sleep 0.05; echo "$COVEY_INDEX" >> "$0"', file];
    const { job, tasks } = await submit(['--array', '1-500', '--', ...command]);
    expect(tasks).to.equal(500);
    expect((await wait(job)).code).to.equal(0);

    const answer = await show(job, 3);
    expect(answer.state).to.equal('succeeded');
    expect(answer.tasks.map(({ state }) => state)).to.deep.equal(Array(500).fill('succeeded'));
    expect(new Set(answer.tasks.map(({ executor }) => executor))).to.deep.equal(new Set(NODES.map((n) => flock.id(n))));

    const ran = readFileSync(file, 'utf8').trim().split('\n').map(Number);
    expect(ran.sort((a, b) => a - b)).to.deep.equal(Array.from({ length: 500 }, (_, i) => i + 1));
  });

  it('should even out a start that aims at one node, and explain how', async () => {
    const { job } = await submit(['--key', 'warm-cache', '--array', '1-100', '--', 'sleep', '0.2']);
    expect((await wait(job)).code).to.equal(0);
    const { tasks } = await show(job);
    const shares = tally(tasks.map(({ executor }) => executor));
    expect(Math.max(...shares.values()), 'tasks on the busiest node').to.be.lessThan(50);

    const moved = await until('a task says that it was refused or stolen', async () => {
      for (const { id } of tasks) {
        const { path } = await flock.explain(id);
        const step = path.find(({ what }) => what === 'refused' || what === 'stolen');
        if (step !== undefined) return { id, step };
      }
      return undefined;
    });
    expect(NODES.map((n) => flock.id(n))).to.include(moved.step.node);
    expect((await flock.cli(['explain', moved.id])).stdout).to.match(/refused|stolen/);
  });

  it('should run a task again whose executor died', async () => {
    const log = flock.path('files', 'attempts');
    const go = flock.path('files', 'go');
    const script = 'echo "$COVEY_INDEX $COVEY_EPOCH $COVEY_NODE" >> "$0"; until [ -e "$1" ]; do sleep 0.1; done';
    const command = ['sh', '-c', script, log, go];
    const { job } = await submit(['--key', 'elsewhere', '--array', '1-20', '--', ...command]);
    const home = (await flock.json<RingView>(['ring', job])).candidates[0]?.node;
    const find = async () => {
      const { tasks } = await flock.ask(0, (client) => client.tasks(job));
      for (const { id, index, state, executor: on } of tasks) {
        if (state !== 'running' || on === null || on === flock.id(0) || on === home) continue;
        const { coordinator } = await flock.explain(id);
        if (coordinator !== on) return { task: { id, index }, executor: NODES.findIndex((n) => flock.id(n) === on) };
      }
      return undefined;
    };
    const { task, executor } = await until('a task runs where nothing is decided about it', find, 40_000);
    const dead = flock.id(executor);
    await flock.kill9(executor);
    writeFileSync(go, '');

    const again = await until(
      'the task has run again',
      async () => {
        const { tasks } = await show(job);
        return tasks.find(({ id, state }) => id === task.id && state === 'succeeded');
      },
      40_000,
    );
    expect(again.executor).not.to.equal(dead);
    expect(again.attempts).to.be.greaterThan(1);
    const attempts = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(' '))
      .filter(([index]) => Number(index) === task.index);
    expect(attempts.map(([, , node]) => node)).to.include(dead);
    expect(attempts.map(([, , node]) => node)).to.include(again.executor);
    const epochs = attempts.map(([, epoch]) => Number(epoch));
    expect(epochs, 'epochs rise').to.deep.equal([...new Set(epochs)].sort((a, b) => a - b));

    await flock.restart(executor);
    expect((await wait(job)).code).to.equal(0);
    expect((await show(job)).counts.succeeded).to.equal(20);
  });

  it('should see a death within 15 s, and a return', async () => {
    await flock.settled();
    const victim = 4;
    const id = flock.id(victim);
    await flock.kill9(victim);
    const deadline = performance.now() + 15_000;
    for (const node of NODES.filter((n) => n !== victim)) {
      await until(
        `node ${node} sees it dead`,
        async () => (await flock.states(node)).get(id) === 'dead',
        Math.max(1, deadline - performance.now()),
      );
    }
    await flock.restart(victim);
    expect(flock.id(victim)).to.equal(id);
    await flock.settled(15_000);
  });
});
