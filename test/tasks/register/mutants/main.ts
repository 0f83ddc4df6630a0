import { planted } from './bundle.js';
import { REGISTER_MUTANTS } from './list.js';

/** `npx tsx test/tasks/register/mutants/main.ts [name] [seconds]`: hunts each planted bug and tells the shortest story of it. */
const [, , name, seconds = '20', first = '1'] = process.argv;
for (const mutant of REGISTER_MUTANTS) {
  if (name && name !== 'all' && !mutant.name.includes(name)) continue;
  const { hunt, explain } = await planted(mutant);
  const { otherSets = [] } = mutant;
  const limitMs = Number(seconds) * 1000;
  const { steps, caught } = hunt({ firstSeed: Number(first), steps: 1e9, limitMs, otherSets });
  if (!caught) {
    console.log(`${mutant.name} (rule ${mutant.rule}): NOT FOUND in ${steps} steps`);
    continue;
  }
  const { length, message, story } = explain(caught.seed, otherSets);
  console.log(
    `${mutant.name} (rule ${mutant.rule}): after ${steps} steps, seed ${caught.seed}, shrunk to ${length}: ${message}`,
  );
  if (name !== 'all') console.log(story);
}
