import { expect } from 'chai';
import { Tally } from '../../src/cli/progress.js';
import { noCounts } from '../../src/kernel/states.js';
import { jobAnswer } from '../client/support/views.js';

const standing = (succeeded: number, failed: number, running: number) =>
  jobAnswer('running', { tasks: 100, counts: { ...noCounts(), succeeded, failed, running } });

describe('progress', () => {
  it('should measure the rate from the first look, and the time left by it', () => {
    const tally = new Tally(1_000);
    tally.update(standing(40, 0, 4));
    expect(tally.standing(1_000)).to.deep.equal({
      total: 100,
      done: 40,
      running: 4,
      failed: 0,
      rate: 0,
      leftMs: undefined,
    });
    tally.update(standing(55, 5, 4));
    expect(tally.standing(3_000)).to.deep.equal({
      total: 100,
      done: 60,
      running: 4,
      failed: 5,
      rate: 10,
      leftMs: 4_000,
    });
  });

  it('should add up several jobs, each as it was seen last', () => {
    const tally = new Tally(0);
    tally.update(standing(1, 0, 1));
    tally.update({ ...standing(7, 1, 2), job: 'other' });
    tally.update(standing(2, 0, 1));
    expect(tally.standing(0)).to.include({ total: 200, done: 10, running: 3, failed: 1 });
  });
});
