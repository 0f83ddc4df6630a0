import { drawStory } from '../swarm/draw.js';
import { runStory } from '../swarm/run.js';

/** Runs the seeds it is given, each with one line of JSON to stdout; up to the first that finds something, or all. */
function main([until, ...seeds]: readonly string[]): void {
  for (const seed of seeds.map(Number)) {
    const { findings } = runStory(drawStory(seed));
    process.stdout.write(`${JSON.stringify({ seed, findings })}\n`);
    if (findings.length > 0 && until !== 'all') return;
  }
}

main(process.argv.slice(2));
