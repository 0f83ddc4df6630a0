import { expect } from 'chai';
import { readOptions } from '../../../simnet/seeds/options.js';
import { Tally } from '../../../simnet/seeds/tally.js';
import { MARKS } from '../../../simnet/swarm/sometimes.js';

const DAY_20000_MS = 20_000 * 86_400_000 + 5;
const read = (...args: string[]) => readOptions(args, DAY_20000_MS, 2);

describe('options of the swarm', () => {
  it('should be a thousand seeds, one, a range, a story, one that is told, or as many as fit', () => {
    expect(read()).to.deep.equal({
      what: { kind: 'range', first: 1, last: 1_000, forMs: Infinity },
      ...{ jobs: 2, write: undefined },
    });
    expect(read('--seed', '17').what).to.deep.equal({ kind: 'seed', seed: 17 });
    expect(read('--seeds', '5-9').what).to.deep.include({ first: 5, last: 9 });
    expect(read('--story', 'a.json').what).to.deep.equal({ kind: 'story', file: 'a.json' });
    expect(read('--told', 'long-cut').what).to.deep.equal({ kind: 'told', name: 'long-cut' });
    const what = read('--minutes', '3', '--from-date').what;
    expect(what).to.deep.include({ first: 1_000_000_000, forMs: 180_000 });
  });

  it('should be refused with a hint where they make no sense', () => {
    const bad = [
      '--seed 0',
      '--seed x',
      '--seeds 9-5',
      '--seeds 1-2-x',
      '--minutes 0',
      '--jobs 0',
      '--sed 1',
      '--seed 1 --story f',
      '--told nothing',
      '--told long-cut --seed 1',
    ];
    for (const line of bad) expect(() => read(...line.split(' ')), line).to.throw(/^covey: .+ \(hint: .+\)$/);
  });
});

describe('the tally of a swarm', () => {
  const told = (seed: number, more: object = {}) => {
    const base = {
      ok: true,
      findings: [],
      traceHash: '',
      sometimes: MARKS.slice(1),
      steps: 5,
      virtualMs: 1,
      tookMs: 1,
    };
    return { seed, ...base, ...more };
  };

  it('should fail by a seed, and by a state that a thousand seeds did not reach', () => {
    const tally = new Tally();
    expect(tally.isOk, 'nothing ran').to.equal(false);
    for (let seed = 1; seed < 1_000; seed++) tally.note(told(seed));
    expect(tally.isOk).to.equal(true);
    tally.note(told(1_000));
    expect(tally.missing).to.deep.equal([MARKS[0]]);
    expect(tally.isOk).to.equal(false);
    tally.note(told(1_001, { sometimes: [MARKS[0]] }));
    expect(tally.isOk).to.equal(true);
    tally.note(told(1_002, { ok: false }));
    expect(tally.isOk).to.equal(false);
    expect(tally.lines().at(-1)).to.match(/^1002 seeds/);
  });
});
