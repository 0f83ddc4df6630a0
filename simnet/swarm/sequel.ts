import { Prng } from '../../src/kernel/prng.js';
import { judgeAttempts } from '../checks/all.js';
import type { Finding } from '../checks/finding.js';
import type { Flock } from '../world/flock.js';
import { FairWeather } from './fair-weather.js';
import { alone } from './scene-alone.js';
import { coordinatorAway, death, keys, leaving, shortCut, split } from './scenes-nodes.js';
import { busy, cancels, earlyCancels, poison, retries } from './scenes-work.js';
import type { SceneName } from './story.js';
import { TOLD_SCENES } from './told/scenes.js';

const SCENES: Readonly<Record<SceneName, (fair: FairWeather) => void>> = {
  busy,
  retries,
  cancels,
  'early-cancels': earlyCancels,
  poison,
  death,
  'coordinator-away': coordinatorAway,
  leaving,
  split,
  'short-cut': shortCut,
  keys,
  alone,
  ...TOLD_SCENES,
};

/**
 * From the end of all faults on: till then TCP may keep back what was sent into a cut, up to the next try, or to when the
 * connection is given up (docs/simnet.md).
 */
const CALM_MS = 30_000;

/**
 * What follows once all is well again and a story is judged: scenes of one trouble each at the most, whose end is known
 * beforehand, so that nothing is an excuse.
 */
export function playSequel(flock: Flock, scenes: readonly SceneName[], seed: number, findings: Finding[]): void {
  const prng = new Prng(seed);
  flock.world.run(Math.max(0, (flock.history.phases.healedMs ?? 0) + CALM_MS - flock.world.nowMs));
  for (const name of scenes) {
    const fair = new FairWeather(flock, prng, `fair-${name}`, findings);
    try {
      SCENES[name](fair);
    } catch (error) {
      fair.say(error instanceof Error ? error.message : String(error));
    }
    if (findings.length > 0) return;
  }
  findings.push(...judgeAttempts(flock.history));
}
