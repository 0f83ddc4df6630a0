import { expect } from 'chai';
import fc from 'fast-check';
import { jobId } from '../../../src/kernel/ids.js';
import type { QueueSettings } from '../../../src/kernel/queues.js';
import { offerOf, resources, Rig, workOf } from '../support.js';

/** A node of eight CPUs; jobs of queues, each task of one CPU. */
class Node {
  readonly rig = new Rig(resources(8), { discipline: 'capacity' });
  readonly running = new Map<string, { job: string; index: number; queue: string }>();
  #jobs = 0;

  submit(queue: string, settings: QueueSettings | undefined, tasks: number, more = {}): void {
    const job = `job${this.#jobs++}of${queue}`;
    const work = workOf({ ...(settings ? { queue: { name: queue, settings } } : {}), ...more });
    const offered = Array.from({ length: tasks }, (_, index) => ({ index }));
    const { accepted } = this.rig.offer(offerOf(offered, { job: jobId(job), work }));
    expect(accepted).to.have.length(tasks);
    this.#see();
  }

  /** One task of a queue ends. */
  end(queue: string): void {
    const [key, { job, index }] = [...this.running].find(([, one]) => one.queue === queue)!;
    this.running.delete(key);
    this.rig.end(index, {}, 1, jobId(job));
    this.#see();
  }

  count(queue: string): number {
    return [...this.running.values()].filter((one) => one.queue === queue).length;
  }

  #see(): void {
    for (const effect of this.rig.effects) {
      if (effect.kind !== 'start') continue;
      const [job, index] = effect.attempt.task.split('/') as [string, string];
      this.running.set(effect.attempt.task, { job, index: Number(index), queue: job.split('of')[1]! });
    }
  }
}

describe('Shares by capacity', () => {
  it('should lend what is idle, and give back what is guaranteed as tasks end', () => {
    const node = new Node();
    node.submit('b', { weight: 1 }, 30);
    expect(node.count('b'), 'all of it, while nobody else is there').to.equal(8);
    node.submit('a', { weight: 1, guarantee: 0.5 }, 30);
    for (let i = 0; i < 4; i++) node.end('b');
    expect([node.count('a'), node.count('b')]).to.deep.equal([4, 4]);
    node.end('a');
    expect([node.count('a'), node.count('b')], 'its place is its own').to.deep.equal([4, 4]);
  });

  it('should never exceed a limit, be all else idle', () => {
    const node = new Node();
    node.submit('a', { weight: 1, limit: 0.25 }, 10);
    expect(node.count('a')).to.equal(2);
    node.submit('none', undefined, 3);
    expect([node.count('a'), node.count('none')]).to.deep.equal([2, 3]);
    node.end('a');
    expect(node.count('a')).to.equal(2);
  });

  it('should divide the rest by weight', () => {
    const node = new Node();
    node.submit('z', { weight: 1 }, 8);
    node.submit('a', { weight: 3 }, 40);
    node.submit('b', { weight: 1 }, 40);
    for (let i = 0; i < 8; i++) node.end('z');
    expect([node.count('a'), node.count('b')]).to.deep.equal([6, 2]);
  });

  it('should go by the order of each queue within it', () => {
    const node = new Node();
    node.submit('z', { weight: 1 }, 8);
    for (const priority of [1, 5, 3]) node.submit('a', { weight: 1, discipline: 'priority' }, 1, { priority });
    node.end('z');
    const [first] = [...node.running.values()].filter(({ queue }) => queue === 'a');
    expect(first?.job).to.equal('job2ofa');
  });

  it('should hold to guarantees and limits whatever comes and ends, and leak nothing', () => {
    const SETTINGS: Record<string, QueueSettings | undefined> = {
      a: { weight: 1, guarantee: 0.5 },
      b: { weight: 4, limit: 0.5 },
      none: undefined,
    };
    const name = fc.constantFrom('a', 'b', 'none');
    const step = fc.oneof(fc.record({ comes: name, tasks: fc.integer({ min: 1, max: 6 }) }), fc.record({ ends: name }));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const node = new Node();
        const waiting = { a: 0, b: 0, none: 0 };
        for (const step of steps) {
          const before = { a: node.count('a'), b: node.count('b'), none: node.count('none') };
          if ('comes' in step) {
            node.submit(step.comes, SETTINGS[step.comes], step.tasks);
            waiting[step.comes as 'a'] += step.tasks;
          } else if (node.count(step.ends) > 0) {
            node.end(step.ends);
            before[step.ends as 'a'] -= 1;
          }
          for (const queue of ['a', 'b', 'none'] as const) waiting[queue] -= node.count(queue) - before[queue];
          expect(node.count('b')).to.be.at.most(4);
          const free = 8 - node.running.size;
          const mayStart = waiting.a + waiting.none + Math.min(waiting.b, 4 - node.count('b'));
          expect(free === 0 || mayStart === 0, `${free} idle, ${mayStart} may start`).to.equal(true);
          const isShort = waiting.a > 0 && node.count('a') < 4;
          const others = node.count('b') + node.count('none') - before.b - before.none;
          if (isShort) expect(others, 'another started while a is short').to.be.at.most(0);
        }
        for (const queue of ['a', 'b', 'none']) while (node.count(queue) > 0) node.end(queue);
        for (const queue of ['a', 'b', 'none']) while (node.count(queue) > 0) node.end(queue);
        expect([node.rig.executor.running, node.rig.executor.queued]).to.deep.equal([0, 0]);
      }),
      { numRuns: 200 },
    );
  });
});
