import { expect } from 'chai';
import fc from 'fast-check';
import { addResources, fitCount, shortage, type Resources } from '../../src/kernel/resources.js';

const NONE: Resources = { cpus: 0, memBytes: 0, gpus: 0, custom: {} };
const have = (some: Partial<Resources>): Resources => ({ ...NONE, ...some });

/** Amounts as people write them: up to three decimals. */
const amount = fc.integer({ min: 0, max: 1_000_000 }).map((n) => n / 1000);
const resources = fc.record({
  cpus: amount,
  memBytes: fc.nat(),
  gpus: fc.nat(16),
  custom: fc.dictionary(fc.constantFrom('licence', 'slot', 'tape'), amount),
});

describe('resources', () => {
  it('should name the first that there is too little of', () => {
    expect(shortage(NONE, NONE)).to.equal(undefined);
    expect(shortage(have({ cpus: 2, gpus: 1 }), have({ cpus: 1 }))).to.equal('cpus');
    expect(shortage(have({ memBytes: 2 }), have({ memBytes: 1 }))).to.equal('mem');
    expect(shortage(have({ gpus: 1 }), NONE)).to.equal('gpus');
    expect(shortage(have({ custom: { a: 1, b: 2 } }), have({ custom: { a: 1, b: 1 } }))).to.equal('b');
    expect(shortage(have({ custom: { licence: 1 } }), NONE)).to.equal('licence');
    expect(shortage(have({ custom: { licence: 0 } }), NONE)).to.equal(undefined);
    expect(shortage(have({ cpus: 1 }), have({ cpus: 1, custom: { other: 1 } }))).to.equal(undefined);
  });

  it('should not drift: three times 0.1 is 0.3', () => {
    let free = have({ cpus: 0.3 });
    for (let i = 0; i < 3; i++) {
      expect(shortage(have({ cpus: 0.1 }), free)).to.equal(undefined);
      free = addResources(free, have({ cpus: 0.1 }), -1);
    }
    expect(free.cpus).to.equal(0);
    expect(fitCount(have({ cpus: 0.1 }), have({ cpus: 0.3 }))).to.equal(3);
  });

  it('should be what they were once all that was taken is given back', () => {
    fc.assert(
      fc.property(resources, fc.array(resources, { maxLength: 20 }), (free, taken) => {
        const less = taken.reduce((left, needs) => addResources(left, needs, -1), free);
        const again = taken.reduce((left, needs) => addResources(left, needs), less);
        for (const name of Object.keys(again.custom)) expect(again.custom[name]).to.equal(free.custom[name] ?? 0);
        expect({ ...again, custom: {} }).to.deep.equal({ ...free, custom: {} });
      }),
    );
  });

  it('should keep amounts too large for millionths as they are', () => {
    const large = have({ memBytes: 1e15 });
    expect(addResources(large, have({ memBytes: 1 }), -1).memBytes).to.equal(1e15 - 1);
    expect(shortage(have({ memBytes: 1e15 }), have({ memBytes: 1e15 - 1 }))).to.equal('mem');
  });

  it('should not change what they were made of', () => {
    const [a, b] = [have({ custom: { x: 1 } }), have({ custom: { x: 2, y: 3 } })];
    expect(addResources(a, b).custom).to.deep.equal({ x: 3, y: 3 });
    expect(addResources(a, b, -1).custom).to.deep.equal({ x: -1, y: -3 });
    expect([a.custom, b.custom]).to.deep.equal([{ x: 1 }, { x: 2, y: 3 }]);
  });

  it('should fit as often as they can be taken away one by one', () => {
    fc.assert(
      fc.property(resources, resources, (needs, free) => {
        const fits = fitCount(needs, free);
        const taken = (times: number) => ({
          ...{ cpus: needs.cpus * times, memBytes: needs.memBytes * times, gpus: needs.gpus * times },
          custom: Object.fromEntries(Object.entries(needs.custom).map(([name, n]) => [name, n * times])),
        });
        expect(shortage(taken(Math.min(fits, 1e6)), free)).to.equal(undefined);
        expect(shortage(taken(fits + 1), free) === undefined).to.equal(fits === Infinity);
      }),
    );
    expect(fitCount(NONE, NONE)).to.equal(Infinity);
    expect(fitCount(have({ cpus: 1 }), have({ cpus: -1 }))).to.equal(0);
  });
});
