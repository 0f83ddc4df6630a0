import { expect } from 'chai';
import { taskId, jobId } from '../../../src/kernel/ids.js';
import type { AttemptEnd } from '../../../src/executor/runner.js';
import { hash } from '../../../simnet/hash.js';
import { VirtualRunner } from '../../../simnet/world/runner.js';
import { World } from '../../../simnet/world/world.js';

const ATTEMPT = { task: taskId(jobId('job1'), 3), epoch: 9 };

describe('the virtual runner', () => {
  let world: World;
  let ends: (Pick<AttemptEnd, 'exitCode' | 'lost'> & { readonly atMs: number })[];
  let poisoned: number[];
  let isSick: boolean;

  beforeEach(() => {
    world = new World();
    ends = [];
    poisoned = [];
    isSick = false;
  });

  const runner = (speed = 1) =>
    new VirtualRunner(world, {
      hash,
      speed,
      failsAll: () => isSick,
      wallMs: () => 1_000_000 - world.nowMs,
      ended: (_attempt, { exitCode, lost, startedAtMs, finishedAtMs }) => {
        expect(finishedAtMs).to.be.at.least(startedAtMs);
        ends.push({ atMs: world.nowMs, exitCode, ...(lost === undefined ? {} : { lost }) });
      },
      poisoned: () => poisoned.push(world.nowMs),
    });
  const run = (command: string, { attempt = 1, speed = 1, forMs = 1_000 } = {}) => {
    const made = runner(speed);
    const env = { COVEY_TASK: ATTEMPT.task, COVEY_ATTEMPT: String(attempt) };
    made.start(ATTEMPT, { kind: 'command', argv: command.split(' '), shell: false, env });
    world.run(forMs);
    return made;
  };

  it('should sleep for its time, and end with its code', () => {
    run('sleep 200.5');
    run('sleep 100 3');
    run('nonsense');
    expect(ends).to.deep.equal([
      { atMs: 200.5, exitCode: 0 },
      { atMs: 1_100, exitCode: 3 },
      { atMs: 2_001, exitCode: 127 },
    ]);
  });

  it('should fail whatever it starts on a machine that is not well', () => {
    isSick = true;
    run('sleep 200');
    expect(ends).to.deep.equal([{ atMs: 1, exitCode: 1 }]);
  });

  it('should take one time of a range for one task', () => {
    for (let i = 0; i < 3; i++) run('sleep 10-400');
    const [first, ...others] = ends.map(({ atMs }) => atMs % 1_000);
    expect(first).to.be.within(10, 400);
    expect(new Set([first, ...others]).size).to.equal(1);
  });

  it('should run by the speed of its machine', () => {
    run('sleep 100', { speed: 4 });
    run('sleep 100', { speed: 0.5 });
    expect(ends.map(({ atMs }) => atMs)).to.deep.equal([25, 1_200]);
  });

  it('should fail in the first attempts', () => {
    for (const attempt of [1, 2, 3]) run('fail-first 2 10', { attempt });
    expect(ends.map(({ exitCode }) => exitCode)).to.deep.equal([1, 1, 0]);
  });

  it('should end by a signal, unless it stands that', () => {
    run('sleep 500', { forMs: 100 }).signal(ATTEMPT, 'term');
    world.run(900);
    const stubborn = run('stubborn 500', { forMs: 100 });
    stubborn.signal(ATTEMPT, 'term');
    world.run(100);
    stubborn.signal(ATTEMPT, 'kill');
    world.run(800);
    expect(ends).to.deep.equal([
      { atMs: 102, exitCode: 143 },
      { atMs: 1_202, exitCode: 137 },
    ]);
    stubborn.signal(ATTEMPT, 'kill');
    world.run(100);
    expect(ends).to.have.length(2);
  });

  it('should hang until somebody ends it', () => {
    const hanging = run('hang', { forMs: 86_400_000 });
    expect(hanging.size).to.equal(1);
    hanging.signal(ATTEMPT, 'term');
    world.run(10);
    expect(ends).to.deep.equal([{ atMs: 86_400_002, exitCode: 143 }]);
  });

  it('should poison its node, in as many attempts as it is told', () => {
    run('poison 50');
    run('poison 50 1', { attempt: 1 });
    run('poison 50 1', { attempt: 2 });
    expect(poisoned).to.deep.equal([50, 1_050]);
    expect(ends).to.deep.equal([{ atMs: 2_050, exitCode: 0 }]);
  });

  it('should lose what it runs when the watchdog strikes, and say nothing where the node has died', () => {
    run('sleep 500', { forMs: 100 }).strike();
    run('sleep 500', { forMs: 100 }).die();
    run('poison 500', { forMs: 100 }).die();
    world.run(10_000);
    expect(ends).to.deep.equal([{ atMs: 100, exitCode: 137, lost: true }]);
    expect(poisoned).to.deep.equal([]);
  });
});
