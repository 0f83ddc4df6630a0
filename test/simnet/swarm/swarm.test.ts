import { expect } from 'chai';
import { drawStory } from '../../../simnet/swarm/draw.js';
import { runStory } from '../../../simnet/swarm/run.js';
import { MARKS } from '../../../simnet/swarm/sometimes.js';
import { linesOf } from '../../../simnet/swarm/story.js';

/** As many as one can wait for; CI goes on with seeds of its own. */
const SEEDS = 15;
/** Found and not mended yet: docs/simnet.md, "Open", says what fails. */
const OPEN: readonly number[] = [];
/** Each has failed for a reason of its own, in the machine, in a check or in the simulator. Those below 1,000 are run by hand. */
const ONCE_BROKEN = [
  1011, 1186, 1193, 1195, 1252, 1306, 1488, 1541, 1593, 1810, 1850, 1949, 2223, 2329, 2493, 2510, 2571, 2671, 3004,
  3905, 3950, 5004, 6541, 6582, 7366, 8820, 10020, 10460, 10660, 11275, 11865, 11990,
];
/** States so common that these seeds without one of them means that nobody looks any more. */
const COMMON = 25;

describe('a flock to which everything happens', () => {
  it('should keep every promise under faults, and come to rest when all is well again', function () {
    this.timeout(180_000);
    const reached = new Set<string>();
    for (let seed = 1; seed <= SEEDS; seed++) {
      if (OPEN.includes(seed)) continue;
      const { findings, sometimes } = runStory(drawStory(seed));
      const said = findings.map(({ atMs, invariant, message }) => `${Math.round(atMs)} ms ${invariant}: ${message}`);
      expect(said, `npm run swarm -- --seed ${seed}`).to.deep.equal([]);
      for (const mark of sometimes) reached.add(mark);
    }
    expect(reached.size, [...reached].join(', ')).to.be.within(COMMON, MARKS.length);
  });

  it('should not break again where it broke once', function () {
    this.timeout(120_000);
    for (const seed of ONCE_BROKEN) {
      const said = runStory(drawStory(seed)).findings.map(({ invariant, message }) => `${invariant}: ${message}`);
      expect(said, `npm run swarm -- --seed ${seed}`).to.deep.equal([]);
    }
  });

  it('should be the same story for the same seed, and another for another', () => {
    const [once, again, other] = [7, 7, 8].map((seed) => runStory(drawStory(seed)));
    expect(again).to.deep.equal(once);
    expect(other!.traceHash).to.not.equal(once!.traceHash);
  });

  it('should be told the same from what is written down of it', () => {
    const story = drawStory(3);
    const { traceHash } = runStory(JSON.parse(JSON.stringify(story)) as typeof story);
    expect(traceHash).to.equal(runStory(story).traceHash);
  });

  it('should be told in lines, in the order of time', () => {
    const story = drawStory(3);
    const [head, ...lines] = linesOf(story);
    const { jobs, cancels, reads, faults } = story;
    expect(head).to.match(/^seed 3: \d nodes of /);
    expect(lines).to.have.length(jobs.length + cancels.length + reads.length + faults.length + 1);
    const times = lines.map((line) => Number.parseFloat(line));
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  });
});
