import { expect } from 'chai';
import { planted } from './mutants/bundle.js';
import { REGISTER_MUTANTS } from './mutants/list.js';

/** `npx tsx test/tasks/register/mutants/main.ts` tells the shortest story of each. */
describe('the rules of the register, each left out', function () {
  this.timeout(120_000);

  for (const mutant of REGISTER_MUTANTS) {
    it(`should be missed: ${mutant.name} (rule ${mutant.rule})`, async () => {
      const { brokenTale, hunt } = await planted(mutant);
      const { otherSets = [] } = mutant;
      const broken = brokenTale() ?? hunt({ firstSeed: 1, steps: 3e6, limitMs: 60_000, otherSets }).caught;
      expect(broken, mutant.name).not.to.equal(undefined);
    });
  }
});
