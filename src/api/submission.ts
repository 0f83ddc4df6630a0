import { createHash, randomBytes } from 'node:crypto';
import { isAbsolute } from 'node:path';
import { checkCron } from '../cron.js';
import { CoveyError } from '../kernel/errors.js';
import { globProblem, isHash, pathProblem } from '../files/manifest.js';
import { FILLED_MAX, filledLength } from '../kernel/template.js';
import { CONTAINER, type Resources } from '../kernel/resources.js';
import { compareText, jobId, type JobId } from '../kernel/ids.js';
import type { Submission } from '../node/core/gateway/requests.js';
import { TASKS_MAX, type TaskRange } from '../tasks/range.js';
import { LIMITS, type JobSpec } from '../tasks/spec.js';
import { periodOf } from './period.js';
import { notifyOf } from './notify.js';
import { userName } from '../user.js';
import type { SubmitBody } from './schema.js';

const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz';

/** From here fresh ids count time: in the first 34 years eight digits hold it. */
const ID_EPOCH_MS = Date.UTC(2020, 0, 1);

/** Keys that clients make up themselves, for safe retries: `fresh-<milliseconds since 1970>-<anything>`. */
const FRESH_KEY = /^fresh-(\d{13})-./;

/** What an engine will not take for an option, or for two words. */
const IMAGE = /^[A-Za-z0-9][A-Za-z0-9._\-/:@+]*$/;

/** With or without its padding. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

/** Eight digits of time, ten of chance (50 bits): ids sort by time and do not collide. */
function freshJobId(wallMs: number, chance: Uint8Array): JobId {
  let time = '';
  for (let rest = Math.max(0, wallMs - ID_EPOCH_MS), i = 0; i < 8; i++) {
    time = BASE32.charAt(rest % 32) + time;
    rest = Math.floor(rest / 32);
  }
  return `${time}${digits(chance.subarray(0, 10))}` as JobId;
}

/** The id that (submitter, key) always has, and whether anybody may know it from before. */
function jobIdFor(submitter: string, key: string | undefined, wallMs: number): { job: JobId; isKeyed: boolean } {
  if (key === undefined) return { job: freshJobId(wallMs, randomBytes(10)), isKeyed: false };
  if (key === '')
    throw new CoveyError('usage', 'the idempotency key is empty', 'leave it out, or give each job its own');
  const hash = createHash('sha256')
    .update(JSON.stringify([submitter, key]))
    .digest();
  const fresh = FRESH_KEY.exec(key);
  if (fresh) return { job: freshJobId(Number(fresh[1]), hash), isKeyed: false };
  return { job: `k${digits(hash.subarray(0, 20))}` as JobId, isKeyed: true };
}

function digits(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => BASE32.charAt(byte % 32)).join('');
}

/**
 * Makes a submission of a request's body.
 *
 * @throws CoveyError `usage` or `too-large`
 */
export function submissionOf(body: SubmitBody, key: string | undefined, wallMs: number): Submission {
  const submitter = userName();
  const spec = specOf(body, submitter);
  const { range, items } = tasksOf(body);
  refuseEndless(spec, items);
  const digest = createHash('sha256')
    .update(JSON.stringify([{ ...spec, stdin: body.stdin }, range, items ?? null]))
    .digest('hex');
  const { job, isKeyed } = jobIdFor(submitter, key, wallMs);
  return { job, digest, isKeyed, spec, range, ...(items ? { items } : {}) };
}

/** With a long item in many places a small submission makes a command that no machine can hold. */
function refuseEndless({ argv }: JobSpec, items: readonly string[] = []): void {
  const longest = items.reduce((max, { length }) => Math.max(max, length), 0);
  const length = filledLength(argv, longest);
  if (length <= FILLED_MAX) return;
  const hint = `a command has at most ${FILLED_MAX / 2 ** 20}M characters`;
  throw new CoveyError('too-large', `with its item in place of {} the command has ${length} characters`, hint);
}

function specOf(body: SubmitBody, submitter: string): JobSpec {
  const { argv = [], shell = false, needs = {}, env = {}, retries = 0, name, cwd, timeoutMs, key, policy } = body;
  const { contract = 'at-least-once' } = body;
  const called = functionOf(body);
  if (!called && (argv.length === 0 || argv[0] === '')) {
    throw new CoveyError('usage', 'the command is empty', 'give one after --, or a function by --module');
  }
  if (shell && argv.length !== 1) throw new CoveyError('usage', 'a shell command must be one string');
  const stdin = stdinOf(body);
  for (const variable of Object.keys(env)) {
    if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) continue;
    throw new CoveyError('usage', `${JSON.stringify(variable)} is not the name of an environment variable`);
  }
  const spec: JobSpec = {
    name: name ?? nameOf(argv, called),
    ...{ submitter, argv, shell, env: sorted(env), retries, contract },
    ...called,
    ...containerOf(body, { cpus: 1, memBytes: 0, gpus: 0, custom: {}, ...needs }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(stdin === undefined ? {} : { stdin: new Uint8Array(stdin) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(key === undefined ? {} : { key }),
    ...(policy === undefined ? {} : { policy }),
    ...(body.queue === undefined ? {} : { queue: { name: body.queue } }),
    ...(body.held === true ? { held: true } : {}),
    ...perNodeOf(body),
    ...filesOf(body),
    ...scheduleOf(body),
    ...limitsOf(body),
    ...startOf(body),
    ...notifyOf(body),
  };
  const bytes = Buffer.byteLength(JSON.stringify({ argv, env, ...called })) + (stdin?.length ?? 0);
  if (bytes > LIMITS.specBytesMax) {
    throw new CoveyError(
      'too-large',
      `command, arguments, environment and stdin have ${bytes} bytes`,
      'at most 512K together',
    );
  }
  if ([...argv, ...Object.values(env), cwd ?? ''].some((word) => word.includes('\0'))) {
    throw new CoveyError('usage', 'a command, its environment or directory contains a NUL character');
  }
  return spec;
}

/** @throws CoveyError `usage` */
function containerOf({ image, function: called }: SubmitBody, needs: Resources): Pick<JobSpec, 'image' | 'needs'> {
  if (image === undefined) return { needs };
  if (called)
    throw new CoveyError('usage', 'a function and an image exclude each other', 'give a command in its place');
  if (!IMAGE.test(image)) {
    const what = `${JSON.stringify(image)} is not the name of an image`;
    throw new CoveyError('usage', what, 'write it as alpine:3 or registry.example.org/team/tool@sha256:…');
  }
  const one = Math.max(1, needs.custom[CONTAINER] ?? 0);
  return { image, needs: { ...needs, custom: { ...needs.custom, [CONTAINER]: one } } };
}

/** @throws CoveyError `usage` */
function filesOf({ upload, outputs, cwd, function: called }: SubmitBody): Pick<JobSpec, 'upload' | 'outputs'> {
  if (upload !== undefined && !isHash(upload))
    throw new CoveyError('usage', 'upload is not the hash of a list of files');
  const place = upload === undefined || cwd === undefined ? undefined : pathProblem(cwd);
  if (place !== undefined) throw new CoveyError('usage', `cwd ${cwd} ${place}`, 'name a directory of the upload');
  const module = upload === undefined || !called ? undefined : pathProblem(called.module);
  if (module !== undefined)
    throw new CoveyError('usage', `module ${called?.module} ${module}`, 'name one of the upload');
  if (outputs === undefined) return upload === undefined ? {} : { upload };
  for (const glob of outputs) {
    const problem = globProblem(glob);
    if (problem !== undefined) throw new CoveyError('usage', `output ${JSON.stringify(glob)} ${problem}`);
  }
  if (called) throw new CoveyError('usage', 'outputs are what commands leave', 'a function returns its result');
  if (upload === undefined && cwd === undefined) throw new CoveyError('usage', 'outputs need a cwd, or an upload');
  return { outputs, ...(upload === undefined ? {} : { upload }) };
}

/** @throws CoveyError `usage` or `too-large` */
function stdinOf({ stdin: text }: SubmitBody): Buffer | undefined {
  const stdin = text === undefined ? undefined : Buffer.from(text, 'base64');
  if (stdin && stdin.length > LIMITS.stdinBytesMax) {
    const hint = `at most ${LIMITS.stdinBytesMax / 1024}K; put the file where the nodes can read it`;
    throw new CoveyError('too-large', `stdin has ${stdin.length} bytes`, hint);
  }
  if (text !== undefined && !BASE64.test(text)) throw new CoveyError('usage', 'stdin is not base64');
  return stdin;
}

/** @throws CoveyError `usage` or `too-large` */
function functionOf(body: SubmitBody): Pick<JobSpec, 'function'> | undefined {
  if (!body.function) return undefined;
  const { module, export: name = 'default', args, items = 'text' } = body.function;
  const [other] = [body.argv?.length ? 'a command' : '', body.stdin === undefined ? '' : 'stdin'].filter(Boolean);
  if (other !== undefined) throw new CoveyError('usage', `a function and ${other} exclude each other`);
  if (!isAbsolute(module) && body.cwd === undefined && body.upload === undefined) {
    throw new CoveyError('usage', `the module ${module} is relative, and there is no cwd`, 'give its whole path');
  }
  if (/[\0]/.test(module + name))
    throw new CoveyError('usage', 'the name of a module or export contains a NUL character');
  const json = args === undefined ? undefined : JSON.stringify(args);
  if (json !== undefined && json.length > LIMITS.argsBytesMax) {
    const hint = `at most ${LIMITS.argsBytesMax / 1024}K; put it into a file where the nodes can read it`;
    throw new CoveyError('too-large', `the arguments have ${json.length} characters`, hint);
  }
  const kind = body.tasks?.kind ?? 'single';
  const input = kind === 'single' ? 'args' : kind === 'range' ? 'index' : items;
  if (input === 'json' && body.tasks?.kind === 'lines') refuseBrokenItems(body.tasks.lines);
  return { function: { module, export: name, input, ...(json === undefined ? {} : { args: json }) } };
}

/** @throws CoveyError `usage` */
function refuseBrokenItems(lines: readonly string[]): void {
  for (const [i, line] of lines.entries()) {
    try {
      JSON.parse(line);
    } catch (error) {
      throw new CoveyError('usage', `item ${i} is not JSON: ${(error as Error).message}`);
    }
  }
}

/** What people know it by who gave it no name. */
function nameOf(argv: readonly string[], called: Pick<JobSpec, 'function'> | undefined): string {
  const last = (path: string) => path.split('/').at(-1) ?? '';
  const { module = '', export: name = '' } = called?.function ?? {};
  const text = called ? `${last(module)}${name === 'default' ? '' : `#${name}`}` : last(argv[0] ?? '');
  return text.slice(0, 200);
}

/** @throws CoveyError `usage` for what is no id, or no time */
function startOf({ after = [], delayMs, notBefore }: SubmitBody): Pick<JobSpec, 'start'> {
  if (after.length === 0 && delayMs === undefined && notBefore === undefined) return {};
  const parents = after.map(({ job, on }) => ({ job: jobId(job), on }));
  const notBeforeMs = timeOf(notBefore);
  return {
    start: {
      after: parents,
      ...(delayMs === undefined ? {} : { delayMs }),
      ...(notBeforeMs === undefined ? {} : { notBeforeMs }),
    },
  };
}

/** @throws CoveyError `usage` for what is no time */
function limitsOf(body: SubmitBody): Partial<JobSpec> {
  const { priority, retryOn, maxParallel, maxFails, deadlineMs, notAfter } = body;
  const notAfterMs = timeOf(notAfter);
  return {
    ...(priority === undefined ? {} : { priority }),
    ...periodOf(body),
    ...(retryOn === undefined ? {} : { retryOn }),
    ...(maxParallel === undefined ? {} : { maxParallel }),
    ...(maxFails === undefined ? {} : { maxFails }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(notAfterMs === undefined ? {} : { notAfterMs }),
  };
}

/** @throws CoveyError `usage` for what is no time */
export function timeOf(text: string | undefined): number | undefined {
  const ms = text === undefined ? undefined : Date.parse(text);
  if (!Number.isNaN(ms)) return ms;
  throw new CoveyError('usage', `${JSON.stringify(text)} is no time`, 'write it as 2026-12-24T18:00:00Z');
}

/** @throws CoveyError `usage` for what is no cron expression, or cannot come again */
function scheduleOf({ schedule, after, delayMs, notBefore, notAfter, tasks }: SubmitBody): Pick<JobSpec, 'schedule'> {
  if (!schedule) return {};
  const { cron, zone = 'UTC', overlap = 'skip', missed = 'run' } = schedule;
  checkCron(cron, zone, Date.now());
  const odd = Object.entries({ after, delayMs, notBefore, notAfter }).find(([, value]) => value !== undefined);
  if (odd) throw new CoveyError('usage', `a schedule comes again and again: ${odd[0]} means nothing for it`);
  if (tasks?.kind === 'lines') {
    throw new CoveyError('usage', 'a schedule takes no list of lines', 'use an array, or read the list when it runs');
  }
  return { schedule: { cron, zone, overlap, missed } };
}

/** @throws CoveyError `usage` where it says otherwise how many tasks there are, or where they go */
function perNodeOf({ perNode, tasks, key, policy }: SubmitBody): Pick<JobSpec, 'perNode'> {
  if (perNode !== true) return {};
  if (tasks === undefined && key === undefined && policy === undefined) return { perNode };
  const what = 'a job with a task for each node takes no other tasks, no placement key and no policy';
  throw new CoveyError('usage', what);
}

/** The same variables make the same digest, in whatever order they were written. */
function sorted(env: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(env).sort(([a], [b]) => compareText(a, b)));
}

function tasksOf({ tasks = { kind: 'single' } }: SubmitBody): { range: TaskRange; items?: string[] } {
  switch (tasks.kind) {
    case 'single':
      return { range: { first: 0, step: 1, count: 1 } };
    case 'range': {
      const { first, last, step } = tasks;
      const count = step > 0 && last >= first ? Math.floor((last - first) / step) + 1 : 0;
      return { range: { first, step, count: checkedCount(count) } };
    }
    case 'lines': {
      const count = checkedCount(tasks.lines.length);
      const long = tasks.lines.findIndex((line) => Buffer.byteLength(line) > LIMITS.itemBytesMax);
      if (long >= 0)
        throw new CoveyError('too-large', `line ${long + 1} has more than ${LIMITS.itemBytesMax / 1024}K bytes`);
      if (tasks.lines.some((line) => line.includes('\0')))
        throw new CoveyError('usage', 'a line contains a NUL character');
      return { range: { first: 0, step: 1, count }, items: tasks.lines };
    }
  }
}

function checkedCount(count: number): number {
  if (count >= 1 && count <= TASKS_MAX) return count;
  throw new CoveyError(
    'usage',
    `a job has 1 to ${TASKS_MAX.toLocaleString('en')} tasks, not ${count}`,
    'check the array',
  );
}
