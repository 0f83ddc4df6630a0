import { expect } from 'chai';
import fc from 'fast-check';
import { Prng } from '../../src/kernel/prng.js';

const seed = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const many = <T>(n: number, make: () => T) => Array.from({ length: n }, make);

describe('prng', () => {
  it('should say the same again for the same seed, and something else for another', () => {
    const told = (n: number) => {
      const prng = new Prng(n);
      return many(20, () => [prng.below(1000), prng.float(), prng.chance(0.5), prng.sample([1, 2, 3, 4], 2)]);
    };
    expect(told(42)).to.deep.equal(told(42));
    expect(told(42)).to.not.deep.equal(told(43));
  });

  it('should stay within its bounds', () => {
    fc.assert(
      fc.property(
        seed,
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.double({ min: 1, max: 1e9, noNaN: true }),
        (s, n, ms) => {
          const prng = new Prng(s);
          const below = prng.below(n);
          expect(Number.isInteger(below) && below >= 0 && below < n).to.equal(true);
          expect(prng.float()).to.be.within(0, 1 - 2 ** -32);
          expect(prng.jitter(ms)).to.be.within(ms * 0.5, ms * 1.5);
          expect(prng.jitter(ms, 0)).to.equal(ms);
          expect([prng.chance(0), prng.chance(1)]).to.deep.equal([false, true]);
        },
      ),
    );
  });

  it('should be spread evenly', () => {
    const prng = new Prng(7);
    const tally = many(10, () => 0);
    for (let i = 0; i < 10_000; i++) tally[prng.below(10)]! += 1;
    for (const n of tally) expect(n).to.be.within(850, 1150);
    const mean = many(10_000, () => prng.float()).reduce((a, b) => a + b) / 10_000;
    expect(mean).to.be.within(0.48, 0.52);
    expect(many(10_000, () => prng.chance(0.2)).filter(Boolean).length).to.be.within(1800, 2200);
  });

  it('should pick one of the items, each in its turn, and none of none', () => {
    const prng = new Prng(1);
    expect(prng.pick([])).to.equal(undefined);
    expect(new Set(many(100, () => prng.pick(['a', 'b', 'c'])))).to.deep.equal(new Set(['a', 'b', 'c']));
  });

  it('should sample different items and leave the list as it was', () => {
    fc.assert(
      fc.property(seed, fc.uniqueArray(fc.nat()), fc.nat(20), (s, items, n) => {
        const before = items.slice();
        const sample = new Prng(s).sample(items, n);
        expect(sample).to.have.length(Math.min(n, items.length));
        expect(new Set(sample).size).to.equal(sample.length);
        expect(items).to.include.members(sample);
        expect(items).to.deep.equal(before);
      }),
    );
  });

  it('should sample every order', () => {
    const prng = new Prng(3);
    const orders = new Set(many(200, () => prng.sample([1, 2, 3], 3).join('')));
    expect(orders.size).to.equal(6);
  });
});
