import { check, happen, settle } from './support/swarm.js';
import { World } from './support/world.js';

const replayed = process.env['COVEY_SEED'];
const SEEDS = replayed === undefined ? Array.from({ length: 400 }, (_, i) => i + 1) : [Number(replayed)];

describe('coordinators among lost messages and dying nodes', () => {
  it('should lose nothing accepted, and bring every task to one end under epochs of its own', function () {
    this.timeout(60_000);
    for (const seed of SEEDS) {
      try {
        const world = new World(seed, 1 + (seed % 9), seed % 3);
        for (let i = 0; i < 400; i++) happen(world);
        settle(world, seed % 2 === 0);
        check(world);
      } catch (error) {
        const how = `COVEY_SEED=${seed} npx mocha --spec test/tasks/swarm.test.ts`;
        throw new Error(`${(error as Error).message}; replay with: ${how}`, { cause: error });
      }
    }
  });
});
