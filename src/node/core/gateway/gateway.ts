import { assertNever } from '../../../kernel/assert.js';
import { CoveyError } from '../../../kernel/errors.js';
import type { Reply } from '../../../kernel/effects.js';
import { TimerBook, type TimerEffect, type TimerFired } from '../../../kernel/timers.js';
import type { Message } from '../wire.js';
import type { Answer, Conversation, Question } from './conversation.js';
import { abandon } from './abandon.js';
import { drain } from './drain.js';
import { explain } from './explain.js';
import { inQueue, removeQueue, setQueue } from './queues.js';
import { readChanges } from './changes.js';
import { readOutput } from './output.js';
import { hold } from './hold.js';
import { submitWithNotices } from './notices.js';
import { cancel, readJob, readJobs, readNodes, readRing, readTasks, watchJob } from './read.js';
import type { ClientRequest, ClientResult, RequestName, Requests } from './requests.js';
import type { Scene } from './scene.js';
import { readResults, showTask } from './results.js';
import { retry } from './retry.js';
import { update } from './update.js';

/** Which question of which conversation an answer belongs to. */
export interface GatewayTag {
  readonly client: number;
  readonly round: number;
  readonly question: number;
}

export type GatewayEffect =
  | { readonly kind: 'ask'; readonly question: Question; readonly tag: GatewayTag; readonly patienceMs: number }
  | { readonly kind: 'answer'; readonly client: number; readonly result: ClientResult }
  | TimerEffect;

type Value = Requests[RequestName]['gets'];

interface Running {
  readonly conversation: Conversation<Value>;
  round: number;
  answers: Answer[];
  open: number;
}

/** Serves clients: each request is a conversation with other nodes, and ends with one answer. */
export class Gateway {
  readonly #running = new Map<number, Running>();
  readonly #timers = new TimerBook('gateway');
  #out: GatewayEffect[] = [];

  constructor(private readonly scene: Scene) {}

  get size(): number {
    return this.#running.size;
  }

  request(client: number, request: ClientRequest): GatewayEffect[] {
    this.#out = [];
    // What the node asks of itself has been let in, or follows from what was.
    const scene = client < 0 ? { ...this.scene, admission: undefined } : this.scene;
    const running = { conversation: converse(scene, request), round: 0, answers: [], open: 0 };
    this.#running.set(client, running);
    this.#advance(client, running, []);
    return this.#out;
  }

  /** @param reply - undefined where none came */
  answered(tag: GatewayTag, reply: Reply<Message> | undefined): GatewayEffect[] {
    this.#out = [];
    const running = this.#running.get(tag.client);
    if (running?.round !== tag.round) return [];
    running.answers[tag.question] = reply;
    running.open -= 1;
    if (running.open === 0) this.#advance(tag.client, running, running.answers);
    return this.#out;
  }

  fired(event: TimerFired): GatewayEffect[] {
    this.#out = [];
    const client = Number(event.timer.name);
    const running = this.#running.get(client);
    if (this.#timers.fired(event.timer) && running) this.#advance(client, running, []);
    return this.#out;
  }

  /** The client has gone away. */
  abandon(client: number): GatewayEffect[] {
    this.#running.delete(client);
    return this.#timers.disarm(String(client));
  }

  #advance(client: number, running: Running, answers: readonly Answer[]): void {
    try {
      const step = running.conversation.next(answers);
      if (step.done) return this.#finish(client, { isOk: true, value: step.value });
      running.round += 1;
      const wait = step.value;
      if (wait.kind === 'pause') {
        this.#out.push(this.#timers.arm(String(client), wait.ms));
        return;
      }
      const { asks, patienceMs } = wait;
      running.answers = asks.map(() => undefined);
      running.open = asks.length;
      asks.forEach((asked, question) => {
        const tag = { client, round: running.round, question };
        this.#out.push({ kind: 'ask', question: asked, tag, patienceMs });
      });
    } catch (error) {
      if (!(error instanceof CoveyError)) throw error;
      this.#finish(client, { isOk: false, error });
    }
  }

  #finish(client: number, result: ClientResult): void {
    this.#running.delete(client);
    this.#out.push({ kind: 'answer', client, result });
  }
}

function* converse(scene: Scene, request: ClientRequest): Conversation<Value> {
  switch (request.op) {
    case 'submit':
      return yield* submitWithNotices(scene, inQueue(scene, request));
    case 'job':
      return yield* readJob(scene, request);
    case 'watch':
      return yield* watchJob(scene, request);
    case 'jobs':
      return yield* readJobs(scene, request);
    case 'tasks':
      return yield* readTasks(scene, request);
    case 'task':
      return yield* showTask(scene, request);
    case 'results':
      return yield* readResults(scene, request);
    case 'cancel':
      return yield* cancel(scene, request);
    case 'abandon':
      return yield* abandon(scene, request);
    case 'hold':
      return yield* hold(scene, request);
    case 'update':
      return yield* update(scene, request);
    case 'retry':
      return yield* retry(scene, request);
    case 'output':
      return yield* readOutput(scene, request);
    case 'changes':
      return yield* readChanges(request);
    case 'explain':
      return yield* explain(scene, request);
    case 'ring':
      return readRing(scene, request);
    case 'nodes':
      return readNodes(scene);
    case 'queues':
      return scene.queues.list();
    case 'queue-set':
      return setQueue(scene, request);
    case 'queue-remove':
      return removeQueue(scene, request);
    case 'drain':
      return yield* drain(scene, request);
    default:
      return assertNever(request);
  }
}
