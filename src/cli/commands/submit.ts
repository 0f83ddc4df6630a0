import { CoveyError, type Flock } from '../../client/index.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { withUpload } from '../file-options.js';
import { addNotifyOptions } from '../notify-options.js';
import { withParents } from '../start-options.js';
import { addSubmitOptions, submission, type SubmitOptions } from '../submission.js';
import { readSubmissions, submitFile } from '../workflow/submit-file.js';

interface Options extends SubmitOptions {
  readonly file?: string;
}

const command: CliCommand<Options> = {
  define(command) {
    addSubmitOptions(command);
    addNotifyOptions(command);
    command.option('--file <file>', 'a job file, TOML or JSON: named tasks that may wait for each other');
    examples(
      command,
      ['covey submit -- ./train.sh', 'prints the id of the job'],
      ['covey submit --array 1-1000:10 -- ./part.sh', 'a hundred tasks: COVEY_INDEX is 1, 11, 21, …'],
      ['covey submit --each-line hosts.txt -- ping -c 1 {}', 'a task for each line'],
      ['covey submit --id nightly-2026-11-21 -- ./backup.sh', 'however often it is typed: one job'],
      ['covey submit --after ok:last -- ./report.sh', 'when the job before has succeeded'],
      ['covey submit --at 22:00 -- ./nightly.sh', 'tonight'],
      ['covey submit --module part.mjs --array 1-1000', 'a function called with each index; `covey result last`'],
      ['covey submit --upload . --output "*.png" -- ./render.sh', 'with these files; `covey result last --into out`'],
      ['covey submit --image python:3 -- python train.py', 'in a container, where podman or docker is'],
      ['covey submit --notify "./tell.sh" -- ./train.sh', 'runs that once all has ended; COVEY_STATE says how'],
      ['covey submit --file pipeline.toml', 'tasks that wait for each other'],
      ['covey submit --env HOME --env MODE=fast -- env', 'HOME as it is here'],
    );
  },

  async run(context, args, options) {
    const { io, out, flock } = context;
    if (options.file !== undefined) return submitAll(context, args, { ...options, file: options.file });
    const body = await submission(io, args, options);
    if (options.dryRun === true) {
      out.line(JSON.stringify(body, null, out.json ? undefined : 2));
      return EXIT.ok;
    }
    const ready = await withUpload(flock(), await withParents(flock(), body));
    const submitted = await flock().submit(ready, { idempotencyKey: options.id });
    if (out.json) out.object(submitted);
    else out.line(submitted.job);
    const { replicas, acked, degraded } = submitted.durability;
    const alone = replicas === 1 ? ': if its disk is lost, so is the job' : '';
    const lone = degraded ? ', degraded: the others are gone' : '';
    const hint = ready.image === undefined ? undefined : await engineHint(flock());
    if (hint !== undefined) out.note(hint);
    out.note(`${submitted.existed ? 'known already; ' : ''}on disk at ${acked} of ${replicas} nodes${alone}${lone}`);
    return EXIT.ok;
  },
};
export default command;

/** Where no node could run it, which is no error: one that can may come. */
async function engineHint(flock: Flock): Promise<string | undefined> {
  const found = await flock.nodes().catch(() => undefined);
  const isAny = found?.nodes.some(
    ({ state, resources }) => state === 'alive' && (resources.custom['container'] ?? 0) > 0,
  );
  return isAny === false ? 'it waits: no node has podman or docker (see `covey nodes`)' : undefined;
}

async function submitAll(
  { io, out, flock, globals }: Context,
  args: readonly string[],
  { file, id, dryRun, ...others }: Options & { readonly file: string },
): Promise<number> {
  const [other] = args.length > 0 ? ['a command'] : ownNames(others, globals);
  if (other !== undefined) {
    throw new CoveyError(
      'usage',
      `--file and ${other} exclude each other`,
      'write it into the file, of the task it is for',
    );
  }
  const submissions = await readSubmissions(io, file);
  if (dryRun === true) {
    for (const one of submissions) out.line(JSON.stringify(one, null, out.json ? undefined : 2));
    return EXIT.ok;
  }
  const submitted = await submitFile(flock(), submissions, id);
  const width = Math.max(...submitted.map(({ task }) => task.length));
  if (out.json) out.object({ jobs: submitted });
  else for (const { task, job } of submitted) out.line(out.quiet ? job : `${task.padEnd(width)}  ${job}`);
  return EXIT.ok;
}

/** The options that were given, but for those that every command takes. */
function ownNames(options: object, globals: object): string[] {
  const names = Object.keys(options).filter((name) => !(name in globals));
  return names.map((name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
}
