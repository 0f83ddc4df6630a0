import { expect } from 'chai';
import { readOptions } from '../../chaos/options.js';
import { drawFaults, minorityOf } from '../../chaos/plan/faults.js';
import { drawLoad, type LoadOptions } from '../../chaos/plan/load.js';
import { Prng } from '../../src/kernel/prng.js';

const HOUR_MS = 3_600_000;
const LOAD: LoadOptions = { daemons: 5, forMs: 600_000, rate: 3, isAtMostOnce: false, isRetriedElsewhere: true };

describe("a run's faults", () => {
  const draw = (seed: number) => drawFaults(new Prng(seed), 5, HOUR_MS);

  it('should be the same for the same seed, and others for another', () => {
    expect(draw(1)).to.deep.equal(draw(1));
    expect(draw(1)).not.to.deep.equal(draw(2));
  });

  it('should hit one, a minority, a role, or all for a moment', () => {
    const sizes = new Set<number>();
    for (const { victims, how, forMs } of draw(3)) {
      const size = victims.kind === 'role' ? 1 : victims.daemons.length;
      sizes.add(size);
      if (size === 5) expect([how, forMs <= 3_000]).to.deep.equal(['kill', true]);
      else expect(size).to.be.at.most(minorityOf(5));
    }
    expect([...sizes].sort()).to.deep.equal([1, 2, 5]);
    expect(new Set(draw(3).flatMap(({ victims }) => (victims.kind === 'role' ? [victims.role] : []))).size).to.equal(3);
  });

  it('should stop for 0.2 to 20 s, and be over with the run', () => {
    const faults = drawFaults(new Prng(4), 5, HOUR_MS);
    for (const { how, forMs } of faults) if (how === 'stop') expect(forMs).to.be.within(200, 20_000);
    for (const { atMs, forMs } of faults) expect(atMs + forMs).to.be.at.most(HOUR_MS + 200);
  });
});

describe("a run's load", () => {
  const draw = (seed: number, options: Partial<LoadOptions> = {}) =>
    drawLoad(new Prng(seed), { ...LOAD, ...options }, 'r');

  it('should be the same for the same seed, and others for another', () => {
    expect(draw(1)).to.deep.equal(draw(1));
    expect(draw(1)).not.to.deep.equal(draw(2));
  });

  it('should have every shape, twins through other daemons, cancels and as many submissions as asked for', () => {
    const errands = draw(1);
    expect(errands.length).to.be.within(1_600, 2_000);
    expect(new Set(errands.map(({ shape }) => shape.kind)).size).to.equal(3);
    for (const { twin, gateways, hasFreshKey } of errands) {
      if (twin) expect([twin.gateways[0] === gateways[0], hasFreshKey]).to.deep.equal([false, false]);
    }
    const some = {
      twin: (e: (typeof errands)[number]) => e.twin,
      other: (e: (typeof errands)[number]) => e.twin?.isOther,
    };
    for (const has of Object.values(some)) expect(errands.filter(has).length).to.be.greaterThan(20);
    expect(errands.filter(({ cancel }) => cancel?.index !== undefined).length).to.be.greaterThan(5);
    expect(new Set(errands.map(({ gateways }) => gateways[0])).size).to.equal(5);
  });

  it('should keep clients at their daemon where they are not to be sent elsewhere', () => {
    for (const { gateways } of draw(1, { isRetriedElsewhere: false })) expect(new Set(gateways).size).to.equal(1);
  });

  it('should ask for at-most-once only where it is switched on', () => {
    const contracts = (isAtMostOnce: boolean) => new Set(draw(1, { isAtMostOnce }).map(({ contract }) => contract));
    expect([...contracts(false)]).to.deep.equal(['at-least-once']);
    expect([...contracts(true)].sort()).to.deep.equal(['at-least-once', 'at-most-once']);
  });
});

describe('the options of chaos', () => {
  it('should have defaults and a fresh seed', () => {
    expect(readOptions(['--minutes', '10'], 77)).to.include({ seed: 77, forMs: 600_000, daemons: 5, rate: 3 });
    expect(readOptions(['--seed', '5', '--nodes', '3', '--rate', '1.5', '--at-most-once'], 77)).to.include({
      ...{ seed: 5, daemons: 3, rate: 1.5, isAtMostOnce: true },
    });
  });

  it('should say what is wrong', () => {
    expect(() => readOptions(['--minutes', 'x'], 1)).to.throw(
      '--minutes is a number from 0.1 to 240, not x (hint: npm run',
    );
    expect(() => readOptions(['--nodes', '4.5'], 1)).to.throw('--nodes is a whole number from 3 to 9');
    expect(() => readOptions(['--node', '5'], 1)).to.throw(/^chaos: Unknown option/);
  });
});
