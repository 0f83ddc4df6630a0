import { parseArgs } from 'node:util';
import { isTold } from '../swarm/told/list.js';
import type { Verdict } from './hunt.js';
import { MUTANTS } from './list.js';
import type { Mutant } from './mutant.js';
import { Trials, type CleanRun, type Trial, type TrialOptions } from './trial.js';

/** `npm run mutants [-- NAME…] [--seeds N] [--limit SECONDS] [--jobs N]`: exit 0 where the swarm catches every one. */
async function main(): Promise<number> {
  const { options, mutants } = chosen();
  const trials = new Trials(options);
  const clean = await trials.clean(mutants);
  reportClean(clean);
  const all = await trials.all(mutants, report);
  const caught = all.filter((trial) => trial.caught).length;
  console.log(`${caught} of ${all.length} caught`);
  return caught === all.length && clean.failed.length === 0 && clean.broken === undefined ? 0 : 1;
}

function chosen(): { readonly options: TrialOptions; readonly mutants: readonly Mutant[] } {
  const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  try {
    const options = {
      seeds: text('200'),
      limit: text('300'),
      jobs: text('2'),
    };
    const { values, positionals } = parseArgs({ allowPositionals: true, options });
    const [seeds, limitS, jobs] = [values.seeds, values.limit, values.jobs].map(positive) as [number, number, number];
    const mutants = positionals.length > 0 ? positionals.map(named) : MUTANTS;
    return { options: { seeds, limitMs: limitS * 1000, jobs }, mutants };
  } catch (error) {
    console.error(`covey: ${(error as Error).message}`);
    process.exit(2);
  }
}

function positive(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${text} is no number above 0 (hint: --seeds N --limit SECONDS --jobs N)`);
}

function named(name: string): Mutant {
  const mutant = MUTANTS.find((each) => each.name === name);
  if (mutant) return mutant;
  throw new Error(`no mutant ${name} (hint: they stand in simnet/mutants/)`);
}

function reportClean({ failed, stories, tookMs, broken }: CleanRun): void {
  const word = failed.length > 0 || broken !== undefined ? 'FAILED' : 'ok';
  console.log(line(word, 'the clean code', `${stories} stories`, tookMs));
  for (const verdict of failed) console.log(`  ${nameOf(verdict)}: ${found(verdict)}`);
  if (broken !== undefined) console.log(`  ${broken}`);
}

function report({ mutant, caught, stories, tookMs, broken }: Trial): void {
  if (caught) {
    console.log(line('caught', mutant.name, nameOf(caught), tookMs));
    console.log(`  ${found(caught)}`);
  } else {
    console.log(line('MISSED', mutant.name, `${stories} stories`, tookMs));
    console.log(`  ${broken ?? mutant.breaks}`);
  }
}

function line(word: string, name: string, stories: string, tookMs: number): string {
  return `${word.padEnd(6)}  ${name.padEnd(40)} ${stories.padEnd(18)} ${(tookMs / 1000).toFixed(1).padStart(5)} s`;
}

function nameOf({ story }: Verdict): string {
  return isTold(story) ? story : `seed ${story}`;
}

/** The first of what was found, on one line. */
function found({ findings: [finding] }: NonNullable<Trial['caught']>): string {
  return `${finding?.invariant}: ${finding?.message.split('\n')[0]?.slice(0, 150)}`;
}

process.exitCode = await main();
