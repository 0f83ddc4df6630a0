import { expect } from 'chai';
import type { DisciplineName } from '../../../src/kernel/disciplines.js';
import { known } from '../../../src/kernel/assert.js';
import { Flock } from '../../../simnet/world/flock.js';
import type { JobOptions } from '../../../simnet/world/submission.js';

/** The jobs in the order in which a node of one CPU started them, once it was done with what ran when they came. */
function order(discipline: DisciplineName, jobs: readonly JobOptions[]): number[] {
  const flock = Flock.warm(1, { cpus: 1, discipline });
  const first = flock.submit('n0', 'sleep 2000');
  flock.world.run(1_000);
  const ids = jobs.map((job) => flock.submit('n0', 'sleep 10', job));
  flock.finish('n0', first, 10_000);
  for (const id of ids) flock.finish('n0', id, 10_000);
  const { attempts } = flock.history;
  const started = ids.map(
    (id) =>
      known(
        attempts.find(({ task }) => task.startsWith(`${id}/`)),
        id,
      ).startMs,
  );
  return [...ids.keys()].sort((a, b) => started[a]! - started[b]!);
}

describe('disciplines of queues, from submission to start', () => {
  it('should go by the priority of jobs', () => {
    const jobs = [{ priority: -3 }, {}, { priority: 50 }];
    expect(order('fifo', jobs)).to.deep.equal([0, 1, 2]);
    expect(order('priority', jobs)).to.deep.equal([2, 1, 0]);
  });

  it('should go by the deadline of jobs, counted from when they came', () => {
    expect(order('edf', [{}, { deadlineMs: 60_000 }, { deadlineMs: 50_000 }])).to.deep.equal([2, 1, 0]);
  });

  it('should stop a long task for a short one under srtf, and run it anew after that', () => {
    const ran = (discipline: DisciplineName) => {
      const flock = Flock.warm(1, { cpus: 1, discipline });
      const submit = (name: string, ms: number) => flock.submit('n0', `sleep ${ms}`, { name });
      flock.finish('n0', submit('long', 5_000), 10_000);
      flock.finish('n0', submit('short', 10), 10_000);
      const long = submit('long', 5_000);
      flock.world.run(100);
      const short = submit('short', 10);
      flock.finish('n0', short, 20_000);
      flock.finish('n0', long, 20_000);
      const { attempts } = flock.history;
      return attempts.filter(({ task }) => task.startsWith(long) || task.startsWith(short)).map(({ task }) => task);
    };
    const [before, after] = [ran('sjf'), ran('srtf')];
    expect(before).to.have.length(2);
    expect(after).to.have.length(3);
    expect(after[0]).to.equal(after[2]).and.not.to.equal(after[1]);
  });
});
