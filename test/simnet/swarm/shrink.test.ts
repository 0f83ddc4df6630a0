import { expect } from 'chai';
import { minimal, shrink } from '../../../simnet/swarm/shrink.js';
import { runStory } from '../../../simnet/swarm/run.js';
import type { JobPlan, Story } from '../../../simnet/swarm/story.js';

const sleeper: JobPlan = {
  ...{ atMs: 100, at: 0, id: 'sleeper', isKeyed: false, command: 'sleep 100', tasks: 3 },
  ...{ isItemised: false, retries: 0, cpus: 1 },
};

/** It takes far longer than its name says, so that the flock does not come to rest in time. */
const doomed: Story = {
  ...{ seed: 1, machines: [{ cpus: 2, zone: '' }], zonesApartMs: 0, forMs: 3_000 },
  jobs: [sleeper, { ...sleeper, id: 'liar', command: 'sleep 900000-100', tasks: 4 }],
  cancels: [{ atMs: 300, at: 0, job: 'sleeper' }],
  reads: [{ atMs: 500, at: 0, job: 'sleeper' }],
  sequel: [],
  losses: [],
  faults: [
    { atMs: 200, fault: { kind: 'clock-jump', node: 'n0', byMs: 5_000 } },
    { atMs: 900, fault: { kind: 'crash', node: 'n0', downMs: 300, isDark: false } },
  ],
};

describe('cutting short what fails', () => {
  it('should leave just what is needed', () => {
    const items = Array.from({ length: 40 }, (_, i) => i);
    const needs = (needed: readonly number[]) => (some: readonly number[]) => needed.every((n) => some.includes(n));
    for (const needed of [[], [0], [39], [3, 17], [1, 2, 3, 20, 38]]) {
      expect(minimal(items, needs(needed))).to.deep.equal(needed);
    }
  });

  it('should leave all where nothing can be left out', () => {
    expect(minimal([1, 2, 3], (some) => some.length === 3)).to.deep.equal([1, 2, 3]);
  });

  it('should cut a failing story down to what breaks the promise', function () {
    this.timeout(10_000);
    const { findings } = runStory(doomed);
    expect(findings.map(({ invariant }) => invariant)).to.include('terminal');
    const { story, runs } = shrink(doomed, 'terminal', 60);
    expect(story).to.deep.include({ faults: [], cancels: [], reads: [], machines: doomed.machines });
    expect(story.jobs.map(({ id, tasks }) => [id, tasks])).to.deep.equal([['liar', 1]]);
    expect(runs).to.be.within(5, 60);
    expect(runStory(story).findings.map(({ invariant }) => invariant)).to.include('terminal');
  });

  it('should give up when it has run often enough', () => {
    expect(shrink(doomed, 'terminal', 1).runs).to.equal(1);
    expect(shrink(doomed, 'nothing of the kind', 3).story).to.deep.equal(doomed);
  });
});
