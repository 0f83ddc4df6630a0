import { expect } from 'chai';
import { BUILT_IN_POLICIES } from '../../../src/kernel/policies.js';
import { drawStory } from '../../../simnet/swarm/draw.js';

describe('What stories draw of policies, queues and overload', () => {
  const stories = Array.from({ length: 120 }, (_, i) => drawStory(12_001 + i));

  it('should be all that there is, now and then', () => {
    const jobs = stories.flatMap((story) => story.jobs);
    expect(new Set(jobs.flatMap(({ policy }) => policy ?? []))).to.have.keys(...BUILT_IN_POLICIES);
    expect(new Set(jobs.flatMap(({ queue }) => queue?.name ?? []))).to.have.keys('heavy', 'light', 'bounded');
    expect(jobs.some(({ priority = 0 }) => priority < 0)).to.equal(true);
    const admissions = stories.flatMap(({ admission }) => admission ?? []);
    expect(new Set(admissions.flatMap(({ limit }) => limit?.limiter ?? []))).to.have.property('size', 3);
    expect(admissions.some(({ shedAbove }) => shedAbove !== undefined)).to.equal(true);
  });

  it('should be the same in all submissions of one job, and none in stories that are kept for what they found', () => {
    for (const { jobs } of stories) {
      for (const { id, policy, queue, priority } of jobs) {
        const first = jobs.find((other) => other.id === id);
        expect({ policy, queue, priority }).to.deep.equal({
          policy: first?.policy,
          queue: first?.queue,
          priority: first?.priority,
        });
      }
    }
    for (const seed of [20, 3_905, 10_020, 11_990]) {
      const { jobs, admission } = drawStory(seed);
      expect(jobs.every(({ policy, queue, priority }) => (policy ?? queue ?? priority) === undefined)).to.equal(true);
      expect(admission).to.equal(undefined);
    }
  });
});
