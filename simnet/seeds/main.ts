import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { assertNever } from '../../src/kernel/assert.js';
import { drawStory } from '../swarm/draw.js';
import { runStory } from '../swarm/run.js';
import { shrink } from '../swarm/shrink.js';
import { linesOf, type Story } from '../swarm/story.js';
import { TOLD } from '../swarm/told/list.js';
import { readOptions, type Options, type What } from './options.js';
import { runRange } from './pool.js';
import { Tally } from './tally.js';

type One = Exclude<What, { readonly kind: 'range' }>;

/** Of the seeds that fail so many are cut short. */
const SHRUNK_MAX = 2;
/** Findings shown of one story. */
const FINDINGS_MAX = 5;

async function main(): Promise<boolean> {
  const options = optionsOrEnd();
  const { what } = options;
  if (what.kind === 'range') return runSeeds(what, options);
  const story = storyOf(what);
  print(linesOf(story));
  return tell(story, options, replayOf(what));
}

function storyOf(what: One): Story {
  switch (what.kind) {
    case 'seed':
      return drawStory(what.seed);
    case 'told':
      return TOLD[what.name];
    case 'story':
      return JSON.parse(readFileSync(what.file, 'utf8')) as Story;
    default:
      assertNever(what);
  }
}

function replayOf(what: One): string {
  return `--${what.kind} ${what.kind === 'seed' ? what.seed : what.kind === 'told' ? what.name : what.file}`;
}

async function runSeeds(range: Extract<What, { readonly kind: 'range' }>, options: Options): Promise<boolean> {
  const tally = new Tally();
  print([`seeds from ${range.first} on, in ${options.jobs} processes`]);
  let last = range.first;
  const { broken } = await runRange(range, options.jobs, (told) => {
    tally.note(told);
    last = Math.max(last, told.seed);
    if (!told.ok) print([`FAILED seed ${told.seed}: ${told.findings[0]?.invariant}: ${told.findings[0]?.message}`]);
  });
  print([...tally.lines(), ...broken, `seeds ${range.first}-${last}: ${tally.failed.length} failed`]);
  for (const { seed } of tally.failed.slice(0, SHRUNK_MAX))
    tell(drawStory(seed), options, replayOf({ kind: 'seed', seed }));
  return tally.isOk && broken.length === 0;
}

/** Runs one story; one that fails is told as short as it can be. */
function tell(story: Story, { write }: Options, replay: string): boolean {
  const verdict = runStory(story);
  const [first] = verdict.findings;
  if (!first) {
    print([`ok: ${verdict.steps} events, trace ${verdict.traceHash}; ${verdict.sometimes.join(', ')}`]);
    return true;
  }
  const { story: least, runs } = shrink(story, first.invariant);
  const findings = runStory(least).findings.slice(0, FINDINGS_MAX);
  print([
    `replay: npm run swarm -- ${replay}`,
    `after ${runs} runs this is left of it:`,
    ...linesOf(least),
    ...findings.map(({ invariant, message, atMs }) => `  ${Math.round(atMs)} ms  ${invariant}: ${message}`),
  ]);
  if (write !== undefined) {
    writeFileSync(write, `${JSON.stringify(least, undefined, 2)}\n`);
    print([`npm run swarm -- --story ${write}`]);
  }
  return false;
}

function optionsOrEnd(): Options {
  try {
    return readOptions(process.argv.slice(2), Date.now(), availableParallelism());
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

process.exitCode = (await main()) ? 0 : 1;
