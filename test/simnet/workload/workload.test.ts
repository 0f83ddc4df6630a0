import { expect } from 'chai';
import { Prng } from '../../../src/kernel/prng.js';
import { arrivalTimes } from '../../../simnet/workload/arrivals.js';
import { generate, HOT_KEY, rateFor, type Generation } from '../../../simnet/workload/workload.js';

const PLAIN: Generation = {
  tasks: 20_000,
  workload: {
    ...{ durations: { kind: 'exponential', meanMs: 1_000 }, cpus: 1, timeoutMs: 30_000 },
    ...{ failRate: 0, hangRate: 0, poisonRate: 0, hotPart: 0 },
  },
  arrivals: { kind: 'poisson', perS: 100 },
  surges: [],
  seed: 7,
};

describe('arrival times', () => {
  const prng = () => new Prng(1);

  it('should come at the rate that was asked for, at random', () => {
    const times = arrivalTimes(50_000, { kind: 'poisson', perS: 100 }, [], prng());
    expect(times.at(-1)! / 500_000).to.be.closeTo(1, 0.02);
    const gaps = times.map((ms, i) => ms - (times[i - 1] ?? 0));
    const variance = gaps.reduce((sum, gap) => sum + (gap - 10) ** 2, 0) / gaps.length;
    expect(Math.sqrt(variance), 'of an exponential the deviation is the mean').to.be.closeTo(10, 0.3);
  });

  it('should come at equal steps', () => {
    expect([...arrivalTimes(4, { kind: 'uniform', perS: 10 }, [], prng())]).to.deep.equal([0, 100, 200, 300]);
  });

  it('should come all at once', () => {
    expect([...arrivalTimes(3, { kind: 'batch' }, [], prng())]).to.deep.equal([0, 0, 0]);
  });

  it('should come faster in a surge, and then as before', () => {
    const surge = { atMs: 250, forMs: 100, factor: 10 };
    const times = arrivalTimes(16, { kind: 'uniform', perS: 10 }, [surge], prng());
    // 2.5 steps until the surge, ten in it, then a step each 100 ms again.
    const expected = [0, 100, 200, 255, 265, 275, 285, 295, 305, 315, 325, 335, 345, 400, 500, 600];
    expect([...times].map((ms) => Math.round(ms * 1e6) / 1e6)).to.deep.equal(expected);
  });
});

describe('a workload', () => {
  it('should be the same for the same seed, and another for another', () => {
    expect(generate(PLAIN)).to.deep.equal(generate(PLAIN));
    expect(generate({ ...PLAIN, seed: 8 })).not.to.deep.equal(generate(PLAIN));
  });

  it('should be in order, and in whole microseconds', () => {
    const trace = generate(PLAIN);
    expect(trace.every(({ atMs }, i) => atMs >= (trace[i - 1]?.atMs ?? 0))).to.be.true;
    const isWhole = (ms: number) => Math.abs(ms * 1000 - Math.round(ms * 1000)) < 1e-4 && ms > 0;
    expect(trace.every(({ atMs, durationMs }) => isWhole(atMs) && isWhole(durationMs))).to.be.true;
  });

  it('should keep its durations when it comes in another way', () => {
    const lengths = (generation: Generation) => generate(generation).map(({ durationMs }) => durationMs);
    expect(lengths({ ...PLAIN, arrivals: { kind: 'batch' } })).to.deep.equal(lengths(PLAIN));
  });

  it('should fail, hang, kill and want a key as often as it is told', () => {
    const rates = { failRate: 0.1, hangRate: 0.05, poisonRate: 0.02, hotPart: 0.3 };
    const trace = generate({ ...PLAIN, workload: { ...PLAIN.workload, ...rates } });
    const part = (is: (arrival: (typeof trace)[number]) => boolean) => trace.filter(is).length / trace.length;
    expect(part(({ fate }) => fate === 'hangs')).to.be.closeTo(0.05, 0.005);
    expect(part(({ fate }) => fate === 'kills')).to.be.closeTo(0.02, 0.004);
    expect(part(({ exitCode }) => exitCode === 1)).to.be.closeTo(0.1 * 0.93, 0.008);
    expect(part(({ key }) => key === HOT_KEY)).to.be.closeTo(0.3, 0.01);
    expect(trace.every(({ fate, durationMs }) => fate !== 'hangs' || durationMs === 30_000)).to.be.true;
  });

  it('should ask for the slots that its load says', () => {
    const workload = { ...PLAIN.workload, cpus: 2 };
    expect(rateFor(0.5, workload, 80), '20 tasks a second, each two slots for a second').to.equal(20);
  });
});
