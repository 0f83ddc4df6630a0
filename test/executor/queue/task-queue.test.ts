import { expect } from 'chai';
import fc from 'fast-check';
import { jobId, taskId } from '../../../src/kernel/ids.js';
import type { Assignment } from '../../../src/executor/assignment.js';
import { DISCIPLINES } from '../../../src/executor/queue/disciplines.js';
import { DISCIPLINE_NAMES, type DisciplineName } from '../../../src/kernel/disciplines.js';
import { TaskQueue } from '../../../src/executor/queue/task-queue.js';
import { assignmentOf, resources, workOf } from '../support.js';
import { TWINS } from './twins.js';

const JOBS = ['job0', 'job1', 'job2', 'job3'].map(jobId);
const task = fc.record({
  kind: fc.constant('push' as const),
  job: fc.nat(3),
  estimateMs: fc.constantFrom(0, 1, 40, 300, 5_000),
  cpus: fc.constantFrom(1, 2),
  dueMs: fc.constantFrom(undefined, 10, 20, 30),
});
type Push = typeof task extends fc.Arbitrary<infer T> ? T : never;

const step = fc.oneof(
  { weight: 5, arbitrary: task },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('begin' as const), index: fc.constantFrom(0, 0, 0, 1, 2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), index: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take' as const), n: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(40_000) }) },
);

/** Two jobs of each submitter, and a priority for each job. */
function made(index: number, { job, cpus, estimateMs, dueMs }: Push): Assignment {
  const id = taskId(JOBS[job]!, index);
  const periodic = [{}, { periodMs: 90 }, { periodMs: 60 }, { periodMs: 80, deadlineMs: 40 }][job];
  const more = { priority: 10 * (job - 1), needs: resources(cpus), ...periodic };
  const work = workOf({ submitter: job < 2 ? 'ann' : 'bob', ...more });
  return assignmentOf(index, { id, job: JOBS[job]!, work, estimateMs, dueMs });
}

const mayTake = ({ index }: Assignment) => index % 3 !== 0;

describe('the place of a task in a queue', () => {
  it('should be counted in the order of the discipline, of the attempt that is meant', () => {
    const queue = new TaskQueue(DISCIPLINES.sjf);
    const push = (index: number, estimateMs: number) => {
      const one = assignmentOf(index, { id: taskId(JOBS[0]!, index), job: JOBS[0]!, estimateMs });
      queue.push(one, { monoMs: 0, wallMs: 0 });
      return { task: one.id, epoch: one.epoch };
    };
    const [long, short] = [push(0, 300), push(1, 40)];
    expect(queue.place(long)).to.deep.equal({ position: 2, queued: 2 });
    expect(queue.place(short)).to.deep.equal({ position: 1, queued: 2 });
    expect(queue.place({ ...short, epoch: short.epoch + 1 })).to.equal(undefined);
    queue.remove(short.task);
    expect(queue.place(short)).to.equal(undefined);
  });
});

function check(name: DisciplineName): void {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
      const queue = new TaskQueue(DISCIPLINES[name]);
      const twin = TWINS[name]();
      let came: Assignment[] = [];
      let monoMs = 0;
      const leave = (one: Assignment, hasBegun: boolean) => {
        twin.leave(one, hasBegun);
        came = came.filter((other) => other !== one);
      };
      for (const [index, step] of steps.entries()) {
        const order = twin.order(monoMs);
        if (step.kind === 'push') {
          const one = made(index, step);
          queue.push(one, { monoMs, wallMs: 0 });
          twin.push(one, monoMs);
          came.push(one);
        } else if (step.kind === 'begin') {
          const one = order[step.index];
          if (one) {
            queue.begin(one.id);
            leave(one, true);
          }
        } else if (step.kind === 'remove') {
          const { id } = came[step.index] ?? assignmentOf(999);
          expect(queue.remove(id)).to.equal(came[step.index]);
          if (came[step.index]) leave(came[step.index]!, false);
        } else if (step.kind === 'take') {
          const taken = came.toReversed().filter(mayTake).slice(0, step.n).reverse();
          expect(queue.take(step.n, mayTake)).to.deep.equal(taken);
          for (const one of taken) leave(one, false);
        } else monoMs += step.ms;
        const after = twin.order(monoMs);
        expect(Array.from(queue, ({ id }) => id)).to.deep.equal(after.map(({ id }) => id));
        expect(queue.head()?.id).to.equal(after[0]?.id);
        expect(queue.size).to.equal(came.length);
        expect(queue.workMs).to.equal(came.reduce((sum, { estimateMs }) => sum + estimateMs, 0));
        for (const one of came) expect(queue.get(one.id)).to.equal(one);
      }
    }),
    { numRuns: 100 },
  );
}

describe('A queue of tasks', () => {
  for (const name of DISCIPLINE_NAMES) {
    it(`should do what its naive twin does: ${name}`, () => check(name));
  }

  it('should not carry the rounding of its sum over an empty queue', () => {
    const queue = new TaskQueue(DISCIPLINES.fifo);
    for (const [index, estimateMs] of [0.1, 0.2, 0.3].entries()) {
      queue.push(assignmentOf(index, { estimateMs }), { monoMs: 0, wallMs: 0 });
    }
    for (const index of [0, 1, 2]) queue.remove(assignmentOf(index).id);
    expect(queue.workMs).to.equal(0);
  });

  it('should take the same task no second time', () => {
    const queue = new TaskQueue(DISCIPLINES.fifo);
    queue.push(assignmentOf(1), { monoMs: 0, wallMs: 0 });
    expect(() => queue.push(assignmentOf(1), { monoMs: 0, wallMs: 0 })).to.throw('jobs/1 waits already');
  });
});
