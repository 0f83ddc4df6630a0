import { setTimeout as pause } from 'node:timers/promises';
import { uptimeMs } from '../flock/proc.js';
import type { Answer } from '../history/history.js';
import { SCRIPT } from '../history/marks.js';
import type { Recorder } from '../history/recorder.js';
import type { Errand } from '../plan/load.js';
import { outcomeOf, type Asking, type Reply } from './asking.js';

/** Between two tries of a client. */
const PAUSE_MS = 1_000;

export interface SubmitterOptions {
  readonly asking: Asking;
  readonly recorder: Recorder;
  /** Where tasks leave their marks. */
  readonly marksDir: string;
  /** Told of each acceptance, before anything else happens. */
  readonly onAccepted: (through: number) => void;
}

/** Runs the errands of the load: each submits until it is answered, and cancels or submits twice where it is to. */
export class Submitter {
  constructor(private readonly options: SubmitterOptions) {}

  async run(errand: Errand): Promise<void> {
    const key = errand.hasFreshKey ? `fresh-${Date.now()}-${errand.name}` : errand.name;
    const twin = errand.twin && this.#twin(errand, key, errand.twin);
    const job = await this.#submit(errand, key, errand.gateways);
    if (job !== undefined && errand.cancel) await this.#cancel(job, errand.cancel);
    await twin;
  }

  async #twin(errand: Errand, key: string, { gateways, afterMs, isOther }: NonNullable<Errand['twin']>): Promise<void> {
    if (afterMs > 0) await pause(afterMs);
    await this.#submit(isOther ? { ...errand, exitCode: errand.exitCode + 1 } : errand, key, gateways);
  }

  /** Goes on while the answer is unknown or it is too early: under the same key that makes nothing twice. */
  async #submit(errand: Errand, key: string, gateways: readonly number[]): Promise<string | undefined> {
    const { asking, recorder, marksDir, onAccepted } = this.options;
    const { tasks, contract, exitCode } = errand;
    const body = bodyOf(errand, marksDir);
    const answers = recorder.submit({ key, body: JSON.stringify(body), tasks, contract, exitCode });
    let repeat: string | undefined;
    for (const through of gateways) {
      const headers = { 'idempotency-key': key, ...(repeat === undefined ? {} : { 'covey-repeat': repeat }) };
      const reply = await asking.ask(through, { method: 'POST', path: '/v1/jobs', headers, body });
      const answer = answerOf(reply, through);
      if (answer.kind === 'accepted') onAccepted(through);
      answers.push(answer);
      if (answer.kind === 'accepted') return answer.job;
      if (answer.kind === 'conflict' || answer.kind === 'refused') return undefined;
      if (answer.kind === 'unknown') repeat = tokenIn(reply) ?? repeat ?? 'unknown';
      await pause(PAUSE_MS);
    }
    return undefined;
  }

  async #cancel(job: string, { gateways, afterMs, index }: NonNullable<Errand['cancel']>): Promise<void> {
    const { asking, recorder } = this.options;
    if (afterMs > 0) await pause(afterMs);
    const what = { job, ...(index === undefined ? {} : { index }) };
    const askedMs = uptimeMs();
    const path = index === undefined ? `/v1/jobs/${job}/cancel` : `/v1/tasks/${job}/${index}/cancel`;
    const place = recorder.cancels.push({ ...what, askedMs }) - 1;
    for (const through of gateways) {
      const reply = await asking.ask(through, { method: 'POST', path });
      if (reply.kind === 'answer' && reply.answer.status === 200) {
        recorder.cancels[place] = { ...what, askedMs, answeredMs: uptimeMs() };
        return;
      }
      await pause(PAUSE_MS);
    }
  }
}

function bodyOf({ shape, tasks, exitCode, contract }: Errand, marksDir: string): unknown {
  const seconds = shape.kind === 'lines' ? '{}' : String(shape.seconds);
  return {
    name: `chaos-${shape.kind}`,
    argv: ['/bin/sh', '-c', SCRIPT, marksDir, seconds, String(exitCode)],
    contract,
    tasks: tasksOf(shape, tasks),
  };
}

function tasksOf(shape: Errand['shape'], count: number): unknown {
  switch (shape.kind) {
    case 'single':
      return { kind: 'single' };
    case 'array':
      return { kind: 'range', first: 0, last: count - 1, step: 1 };
    case 'lines':
      return { kind: 'lines', lines: shape.seconds.map(String) };
  }
}

/** Where the daemon says that the job was tried. */
function tokenIn(reply: Reply): string | undefined {
  if (reply.kind !== 'answer') return undefined;
  return (JSON.parse(reply.answer.text) as { readonly repeat?: string }).repeat;
}

function answerOf(reply: Reply, through: number): Answer {
  const at = { through, atMs: uptimeMs() };
  if (reply.kind === 'refused') return { ...at, kind: 'busy' };
  if (reply.kind !== 'answer') return { ...at, kind: 'unknown', why: outcomeOf(reply) };
  const { status, text } = reply.answer;
  switch (status) {
    case 202: {
      const { job, tasks } = JSON.parse(text) as { readonly job: string; readonly tasks: number };
      return { ...at, kind: 'accepted', job, tasks };
    }
    case 409:
      return { ...at, kind: 'conflict' };
    case 429:
    case 503:
      return { ...at, kind: 'busy' };
    case 504:
      return { ...at, kind: 'unknown', why: outcomeOf(reply) };
    default:
      return { ...at, kind: 'refused', why: outcomeOf(reply) };
  }
}
