import { expect } from 'chai';
import { explain, hunt, TALES } from './explorer/hunt.js';

const replayed = process.env['COVEY_SEED'];
const SECONDS = Number(process.env['COVEY_EXPLORE_SECONDS'] ?? 8);

describe('the register among lost messages, crashes, rivals, moves and amnesia', () => {
  for (const [name, tell] of Object.entries(TALES)) {
    it(`should see to it that ${name}`, () => {
      expect(tell().world.spec.opens).to.be.at.least(1);
    });
  }

  it('should keep every promise on random walks', function () {
    this.timeout((SECONDS + 60) * 1000);
    const first = replayed === undefined ? 1 : Number(replayed);
    const { caught, opens, acks } = hunt({
      firstSeed: first,
      steps: replayed === undefined ? 1e9 : 1,
      limitMs: SECONDS * 1000,
    });
    if (caught) {
      const { message, story } = explain(caught.seed);
      const how = `COVEY_SEED=${caught.seed} npx mocha --spec test/tasks/register/explorer.test.ts`;
      throw new Error(`${message ?? caught.message}\n${story}\nreplay with: ${how}`);
    }
    if (replayed === undefined) expect(Math.min(opens, acks), 'walks that come to something').to.be.at.least(100);
  });
});
