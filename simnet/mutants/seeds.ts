import { drawStory } from '../swarm/draw.js';
import { runStory } from '../swarm/run.js';
import type { Story } from '../swarm/story.js';
import { isTold, TOLD } from '../swarm/told/list.js';

/** Runs the stories it is given, each with one line of JSON to stdout; up to the first that finds something, or all. */
function main([until, ...stories]: readonly string[]): void {
  for (const name of stories) {
    const { findings } = runStory(storyOf(name));
    process.stdout.write(`${JSON.stringify({ story: name, findings })}\n`);
    if (findings.length > 0 && until !== 'all') return;
  }
}

/** @param name - of a told story, or a seed */
function storyOf(name: string): Story {
  return isTold(name) ? TOLD[name] : drawStory(Number(name));
}

main(process.argv.slice(2));
