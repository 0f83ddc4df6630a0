import { parseArgs } from 'node:util';
import type { AttemptId, Runner, RunnerEvents, Startable } from '../src/executor/runner.js';
import { startDaemon } from '../src/node/daemon.js';

const NOTHING = new Uint8Array(0);

/** Ends each attempt in the next turn of the loop. */
class NoopRunner implements Runner {
  #started: AttemptId[] = [];

  constructor(private readonly events: RunnerEvents) {}

  start(attempt: AttemptId): void {
    if (this.#started.length === 0) setImmediate(() => this.#endAll());
    this.#started.push(attempt);
  }

  startTogether(starts: readonly Startable[]): void {
    for (const { attempt } of starts) this.start(attempt);
  }

  next(): void {
    // Nothing ever follows in place: the next start comes with the end.
  }

  signal(): void {
    // It has ended by then.
  }

  read(...[, , , reply]: Parameters<Runner['read']>): void {
    reply(undefined);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #endAll(): void {
    const started = this.#started;
    this.#started = [];
    const atMs = Date.now();
    for (const attempt of started) {
      this.events.ended(attempt, {
        ...{ exitCode: 0, startedAtMs: atMs, finishedAtMs: atMs, stdoutBytes: 0, stderrBytes: 0 },
        ...{ stdoutTail: NOTHING, stderrTail: NOTHING },
      });
    }
  }
}

/** A daemon whose commands end at once: everything but the commands, `up --json` and its options as with covey. */
const { values } = parseArgs({
  allowPositionals: true,
  options: {
    ...{ json: { type: 'boolean' }, data: { type: 'string' }, listen: { type: 'string' } },
    ...{ join: { type: 'string' }, cpus: { type: 'string' } },
  },
});
const { data = '', listen = '127.0.0.1:0', join, cpus } = values;

const daemon = await startDaemon({
  ...{ dataDir: data, listen: [listen], join: join === undefined ? [] : [join], logLevel: 'warn' },
  ...{ capacity: { cpus: Number(cpus), custom: {} }, labels: {}, speed: 1, zone: '' },
  runner: (events) => new NoopRunner(events),
});
console.log(JSON.stringify({ event: 'ready', ...daemon.ready }));
process.once('SIGINT', () => void daemon.leave());
await daemon.stopped;
process.exit(0);
