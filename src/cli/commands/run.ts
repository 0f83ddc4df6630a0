import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, CoveyError, type Flock, type SubmitBody, type Submitted } from '../../client/index.js';
import { attachArray, attachTask } from '../attach.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { sayHindrances } from '../hindrances.js';
import { Interrupt } from '../interrupt.js';
import { startNode } from '../node-process.js';
import { withUpload } from '../file-options.js';
import { withParents } from '../start-options.js';
import { addSubmitOptions, submission, type SubmitOptions } from '../submission.js';

interface Accepted {
  readonly flock: Flock;
  readonly submitted: Submitted;
  readonly ownNode: boolean;
}

const command: CliCommand<SubmitOptions> = {
  define(command) {
    addSubmitOptions(command);
    command.addHelpText(
      'after',
      `
Exits with the code of the command; 128+n where signal n ended it, 124 where --timeout did, 126 or 127 where it cannot
be executed or found, 125 where covey failed. An array gives 0 or 1; what its tasks write is printed as they end, in the
order of their indexes, and with -q not at all. The first Ctrl-C detaches, the second cancels. Where no daemon runs, one
starts for this command alone, and Ctrl-C cancels at once.`,
    );
    examples(
      command,
      ['covey run -- uname -a', 'somewhere in the flock'],
      ["covey run --shell -- 'echo $COVEY_NODE; df -h | sort'", 'through /bin/sh'],
      ['covey run --array 1-100 -- ./render.sh', 'a hundred tasks, each with its COVEY_INDEX'],
      ['ls *.png | covey run --each-line - -- gzip {}', 'a task for each file'],
      [`covey run --module f.mjs --args '{"width": 3}'`, 'a function in place of a command; see `covey result`'],
      ['covey run --image alpine:3 -- cat /etc/os-release', 'in a container, where podman or docker is'],
      ['covey run --cpus 4 --mem 2G --timeout 10m -- make', 'where there is room for it'],
    );
  },

  async run(context, args, options) {
    const body = await submission(context.io, args, options);
    if (body.schedule !== undefined) throw endless();
    if (options.dryRun === true) {
      context.out.line(JSON.stringify(body, null, context.out.json ? undefined : 2));
      return EXIT.ok;
    }
    const { flock, submitted, ownNode } = await submitSomewhere(context, body, options.id);
    const { job } = submitted;
    context.life.onReaderGone(() => flock.cancel(job));
    if (context.out.json) context.out.object(submitted);
    const interrupt = new Interrupt(context, { flock, job, ownNode });
    const attached =
      body.tasks === undefined && body.perNode !== true
        ? attachTask(context, flock, job, interrupt.signal)
        : attachArray(context, flock, submitted, interrupt.signal);
    const hush = sayHindrances(context, flock, [job]);
    const code = await Promise.race([
      attached.catch((error: unknown) => {
        if (interrupt.code !== undefined) return interrupt.ended;
        throw lostSight(error, job, ownNode);
      }),
      interrupt.ended,
    ]).finally(hush);
    return interrupt.code ?? code;
  },
};
export default command;

/** To the daemon that is asked for; where none is and none answers, to one that lives as long as this command. */
async function submitSomewhere(context: Context, body: SubmitBody, id: string | undefined): Promise<Accepted> {
  const { globals, io } = context;
  try {
    const submitted = await submitTo(context.flock(), body, id);
    return { flock: context.flock(), submitted, ownNode: false };
  } catch (error) {
    const isNamed = globals.addr !== undefined || (io.env['COVEY_ADDR'] ?? '') !== '';
    if (isNamed || !(error instanceof CoveyError && error.code === 'no-daemon')) throw error;
  }
  const flock = await ownFlock(context);
  return {
    flock,
    submitted: await submitTo(flock, body, id),
    ownNode: true,
  };
}

async function submitTo(flock: Flock, body: SubmitBody, id: string | undefined): Promise<Submitted> {
  return flock.submit(await withUpload(flock, await withParents(flock, body)), { idempotencyKey: id });
}

async function ownFlock({ life }: Context): Promise<Flock> {
  const data = await mkdtemp(join(tmpdir(), 'covey-run-'));
  life.atEnd(() => rm(data, { recursive: true, force: true }));
  const starting = startNode({ data, args: ['--log-level', 'warn'], bound: true });
  life.atEnd(() => starting.then((node) => node.end()));
  const { ready } = await starting;
  const flock = connect({ addr: ready.socket });
  life.atEnd(() => flock.close());
  return flock;
}

/** The job itself may well go on. */
function lostSight(error: unknown, job: string, ownNode: boolean): unknown {
  if (ownNode || !(error instanceof CoveyError)) return error;
  return new CoveyError(error.code, error.message, `the job may go on: \`covey logs -f ${job}\` follows it again`);
}

function endless(): CoveyError {
  return new CoveyError(
    'usage',
    'a job with --cron comes again and again: there is no end to wait for',
    'use `covey submit`',
  );
}
