import { Swarm } from './support/swarm.js';

/** Replay one with `COVEY_SEED=n npx mocha --spec test/tasks/swarm.test.ts`. */
const SEEDS = process.env['COVEY_SEED'] ? [Number(process.env['COVEY_SEED'])] : Array.from({ length: 300 }, (_, i) => i + 1);

describe('a coordinator among lost messages and dying nodes', () => {
  it('should bring every task to one end, and start none twice under one epoch', function () {
    this.timeout(60_000);
    for (const seed of SEEDS) {
      try {
        const swarm = new Swarm(seed, 1 + (seed % 9), seed % 3);
        for (let i = 0; i < 400; i++) swarm.step();
        swarm.settle();
        swarm.check();
      } catch (error) {
        throw new Error(`replay with COVEY_SEED=${seed}: ${(error as Error).stack}`, { cause: error });
      }
    }
  });
});
