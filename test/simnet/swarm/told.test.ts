import { expect } from 'chai';
import { MUTANTS } from '../../../simnet/mutants/list.js';
import { runStory } from '../../../simnet/swarm/run.js';
import { TOLD_NAMES } from '../../../simnet/swarm/story.js';
import { isTold, TOLD } from '../../../simnet/swarm/told/list.js';

describe('stories that are told', () => {
  for (const name of TOLD_NAMES) {
    it(`should come to their point and to a good end: ${name}`, function () {
      this.timeout(60_000);
      const said = runStory(TOLD[name]).findings.map(({ invariant, message }) => `${invariant}: ${message}`);
      expect(said, `npm run swarm -- --told ${name}`).to.deep.equal([]);
    });
  }

  it('should each be told for the sake of some planted bug', () => {
    const named = new Set(MUTANTS.flatMap(({ told }) => told ?? []));
    expect([...named].sort()).to.deep.equal([...TOLD_NAMES].sort());
  });

  it('should be known by name, and no seed be taken for one', () => {
    expect(TOLD_NAMES.every(isTold)).to.equal(true);
    expect(isTold('17')).to.equal(false);
  });
});
