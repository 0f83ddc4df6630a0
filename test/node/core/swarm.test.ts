import { Swarm } from './support/swarm.js';

/** `COVEY_SEED=17` replays one story, `COVEY_SEED=1-500` looks for more. */
function seeds(): number[] {
  const [first = 1, last = first] = (process.env['COVEY_SEED'] ?? '1-60').split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

describe('a flock to which everything happens', () => {
  it('should lose nothing it accepted, run nothing twice under one epoch, and come to rest', function () {
    this.timeout(600_000);
    for (const seed of seeds()) {
      const swarm = new Swarm(seed);
      try {
        swarm.suffer(14);
        swarm.heal();
        swarm.settle();
      } catch (error) {
        const replay = `COVEY_SEED=${seed} npx mocha --spec test/node/core/swarm.test.ts`;
        throw new Error(`seed ${seed} (${replay}):\n${swarm.story.join('\n')}`, { cause: error });
      }
    }
  });
});
