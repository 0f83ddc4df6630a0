import { isTerminal } from '../../../kernel/states.js';
import { ask, pause, type Conversation } from './conversation.js';
import { readTask } from './read.js';
import type { OneTask, OutputPart, OutputPlace, Requests } from './requests.js';
import type { Scene } from './scene.js';

type Asked = Requests['output']['asks'];

/** One read: a frame holds it with room to spare. */
const READ_MAX = 192 * 1024;
/** How long a read waits at the executor before the task is looked up again. */
const ROUND_MS = 5_000;
/** Between looks at a task that has no executor yet: first, and at most. */
const LOOK_MS = 10;
const LOOK_MAX_MS = 250;

/**
 * Reads on in a task's output, from its executor while that has it, else from the tail in the task's record. Where a later
 * attempt has taken over, the answer names it in `at` and begins at its offset 0.
 */
export function* readOutput(scene: Scene, asked: Asked): Conversation<OutputPart> {
  const untilMs = scene.now().monoMs + asked.waitMs;
  let lookMs = LOOK_MS;
  let at = asked.at;
  for (;;) {
    const part = at ? yield* fromExecutor(asked, at, untilMs - scene.now().monoMs) : undefined;
    if (part && (part.data.length > 0 || !part.eof)) return { ...part, isFinal: false, at };
    const task = yield* readTask(scene, asked);
    const isEnded = isTerminal(task.task.state);
    const place = placeOf(task);
    if (place && place.epoch !== at?.epoch && !(isEnded && (yield* isGone(place, asked)))) {
      at = place;
      asked = { ...asked, offset: asked.at && asked.at.epoch !== place.epoch ? 0 : asked.offset };
      continue;
    }
    // What was cut before it could be read is gone; the record has at least the end.
    if (isEnded)
      return part && asked.offset >= totalOf(task, asked) ? { ...part, isFinal: true, at } : fromTail(task, asked);
    if (scene.now().monoMs >= untilMs) return { data: NOTHING, offset: asked.offset, isFinal: false, at };
    yield* pause(lookMs);
    lookMs = Math.min(lookMs * 2, LOOK_MAX_MS);
  }
}

const NOTHING = new Uint8Array(0);

function placeOf({ task }: OneTask): OutputPlace | undefined {
  const isPlaced = task.executor !== undefined && task.state !== 'pending' && task.state !== 'queued';
  return isPlaced && task.executor ? { executor: task.executor, epoch: task.epoch } : undefined;
}

function* fromExecutor(asked: Asked, { executor, epoch }: OutputPlace, leftMs: number) {
  const { job, index, stream, offset } = asked;
  const waitMs = Math.max(0, Math.floor(Math.min(leftMs, ROUND_MS)));
  const message = { kind: 'query.output' as const, job, index, epoch, stream, offset, limit: READ_MAX, waitMs };
  const answer = yield* ask(executor, message, 'query.output-told', waitMs + 2_000);
  return answer?.found;
}

/** Whether the executor no longer has the output of an attempt that ended. */
function* isGone(place: OutputPlace, asked: Asked): Conversation<boolean> {
  const found = yield* fromExecutor(asked, place, 0);
  return found === undefined;
}

function totalOf({ more }: OneTask, { stream }: Asked): number {
  return stream === 'stdout' ? more.stdoutBytes : more.stderrBytes;
}

/** The last bytes of a task whose output is nowhere else. */
function fromTail(task: OneTask, asked: Asked): OutputPart {
  const { stream, offset } = asked;
  const tail = stream === 'stdout' ? task.more.stdoutTail : task.more.stderrTail;
  const start = totalOf(task, asked) - tail.length;
  const from = Math.max(offset, start);
  return { data: tail.slice(from - start), offset: from, isFinal: true };
}
