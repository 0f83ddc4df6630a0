import { inspect } from 'node:util';
import { pathToFileURL } from 'node:url';
import { BroadcastChannel, parentPort, workerData } from 'node:worker_threads';
import { CallContext } from './context.js';
import { Claims } from './claims.js';
import { CANNOT_CALL, type BatchOrder, type CallOrder, type CallReply, type WorkerData } from './order.js';
import { writeResult } from './result.js';
import { ThreadClock } from './thread-clock.js';
import { WorkerOutput } from './worker-output.js';

type Ended = Pick<CallReply, 'exitCode' | 'failure' | 'result' | 'isUnloadable'>;
type Timed = Ended & Pick<CallReply, 'startedAtMs' | 'finishedAtMs' | 'cpuMs'>;
type Callable = (input: unknown, context: CallContext) => unknown;

/** The call that runs: a worker has one at a time. */
interface Running {
  readonly context: CallContext;
  readonly key: string;
  readonly fail: (error: unknown) => void;
}

/** A batch that takes longer leaves the rest to another: its calls were thought to be short. */
const BATCH_MS = 10;

const clock = new ThreadClock();
const output = new WorkerOutput();
let running: Running | undefined;

const channel = new BroadcastChannel((workerData as WorkerData).channel);
channel.onmessage = (event) => {
  const key = (event as { readonly data: unknown }).data;
  if (running?.key === key) running?.context.abort();
};
channel.unref();

// What a function has left to itself fails it, and not the daemon; once it has ended, it is nobody's.
process.on('uncaughtException', (error) => running?.fail(error));
process.on('unhandledRejection', (error) => running?.fail(error));

/**
 * Piscina's entry: calls a function once for each task of a batch. Whatever that does comes back as a reply, unless it ends the worker:
 * at once where another call follows, since nobody knows how long that will take, and what it takes along; else as what this returns.
 */
export default async function handle(batch: BatchOrder): Promise<CallReply | undefined> {
  const claims = new Claims(batch.calls.length, batch.claims);
  const untilMs = performance.now() + BATCH_MS;
  let last: CallReply | undefined;
  for (;;) {
    const number = last !== undefined && performance.now() > untilMs ? undefined : claims.claim();
    const order = number === undefined ? undefined : batch.calls[number];
    if (order === undefined) return last;
    if (last) parentPort?.postMessage(last);
    last = await handleOne(batch, order);
  }
}

async function handleOne(batch: BatchOrder, order: CallOrder): Promise<CallReply> {
  const context = new CallContext(batch, order, (note) => parentPort?.postMessage(note));
  output.begin(order);
  try {
    const ended = await call(batch, order, context);
    return { kind: 'reply', key: order.key, ...ended, hasWritten: output.end(), hasTmpDir: context.hasTmpDir };
  } finally {
    running = undefined;
    context.end();
    output.end();
  }
}

async function call(batch: BatchOrder, order: CallOrder, context: CallContext): Promise<Timed> {
  const found = await load(batch);
  const startedAtMs = Date.now();
  const beganMs = performance.now();
  clock.begin(beganMs);
  const ended = typeof found === 'function' ? await made(found, batch, order, context) : found;
  const tookMs = performance.now() - beganMs;
  return { startedAtMs, finishedAtMs: startedAtMs + tookMs, cpuMs: clock.end(tookMs), ...ended };
}

async function made(found: Callable, batch: BatchOrder, order: CallOrder, context: CallContext): Promise<Ended> {
  const place = `${batch.module}#${batch.export}`;
  try {
    const value = await new Promise((resolve, reject) => {
      running = { context, key: order.key, fail: reject };
      // Not `resolve` of a promise itself: that would leave `fail` without effect.
      Promise.resolve(found(JSON.parse(order.input), context)).then(resolve, reject);
    });
    const written = writeResult(value, batch.resultMax);
    if ('json' in written) return { exitCode: 0, result: written.json };
    return { exitCode: 1, failure: `${place} returned ${written.problem}` };
  } catch (error) {
    output.note(inspect(error));
    return { exitCode: 1, failure: `${place} threw ${described(error)}` };
  }
}

/** The function, or why there is none. */
async function load({ module, export: name }: BatchOrder): Promise<Callable | Ended> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = (await import(pathToFileURL(module).href)) as Record<string, unknown>;
  } catch (error) {
    output.note(inspect(error));
    const failure = `module ${module} cannot be loaded: ${described(error)}`;
    return { exitCode: CANNOT_CALL, failure, isUnloadable: true };
  }
  const found = exported[name];
  if (typeof found === 'function') return found as Callable;
  const names = Object.keys(exported).slice(0, 10).join(', ');
  const has = names === '' ? 'it exports nothing' : `it has ${names}`;
  const what = name in exported ? `of ${module} is no function but ${kindOf(found)}` : `is not in ${module} (${has})`;
  return { exitCode: CANNOT_CALL, failure: `export ${JSON.stringify(name)} ${what}` };
}

function kindOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value;
}

function described(error: unknown): string {
  if (error instanceof Error) return `${error.name}: ${error.message}`;
  return `${inspect(error, { depth: 1, breakLength: Infinity })}, which is not an Error`;
}
