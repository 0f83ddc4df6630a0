import { drawStory } from '../swarm/draw.js';
import { runStory, type Verdict } from '../swarm/run.js';

/** What a worker says of each seed, a line of JSON. */
export type Told = Verdict & { readonly tookMs: number };

/** Runs every `step`th seed from `first` to `last`, as long as the time lasts. */
function main([first = 1, last = first, step = 1, forMs = Infinity]: readonly number[]): void {
  const untilMs = Date.now() + forMs;
  for (let seed = first; seed <= last && Date.now() < untilMs; seed += step) {
    const beganMs = Date.now();
    const verdict = runStory(drawStory(seed));
    const told: Told = { ...verdict, tookMs: Date.now() - beganMs };
    process.stdout.write(`${JSON.stringify(told)}\n`);
  }
}

main(process.argv.slice(2).map(Number));
