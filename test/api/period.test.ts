import { expect } from 'chai';
import { periodOf } from '../../src/api/period.js';

describe('The period of a submission', () => {
  it('should be taken with the time that it takes of it', () => {
    expect(periodOf({})).to.deep.equal({});
    expect(periodOf({ periodMs: 60_000, runtimeMs: 60_000 })).to.deep.equal({ periodMs: 60_000, runtimeMs: 60_000 });
    expect(periodOf({ periodMs: 60_000, runtimeMs: 10, deadlineMs: 10 })).to.deep.equal({
      periodMs: 60_000,
      runtimeMs: 10,
    });
  });

  it('should be refused where nobody could keep up with it, or half of it is missing', () => {
    for (const [body, message] of [
      [{ periodMs: 1_000 }, 'a periodic task has a period and a runtime, and this one has no runtime'],
      [{ runtimeMs: 1_000 }, 'a periodic task has a period and a runtime, and this one has no period'],
      [{ periodMs: 1_000, runtimeMs: 2_000 }, 'its runtime of 2.0s is more than its period of 1.0s'],
      [
        { periodMs: 9_000, runtimeMs: 2_000, deadlineMs: 1_000 },
        'its runtime of 2.0s is more than its deadline of 1.0s',
      ],
      [{ periodMs: 1_000, runtimeMs: 500, deadlineMs: 2_000 }, 'its deadline of 2.0s is beyond its period'],
    ] as const) {
      expect(() => periodOf(body))
        .to.throw(message)
        .with.property('code', 'usage');
    }
  });
});
