import type { NodeId } from '../../../../../src/kernel/ids.js';
import type { Answer, Conversation, Question } from '../../../../../src/node/core/gateway/conversation.js';
import { JobPlaces } from '../../../../../src/node/core/gateway/places.js';
import type { Scene } from '../../../../../src/node/core/gateway/scene.js';
import type { Liveness } from '../../../../../src/membership/member.js';
import { Prng } from '../../../../../src/kernel/prng.js';
import { QueueTable } from '../../../../../src/membership/queue-table.js';
import { flockOf, member, node } from '../../../../placement/support.js';

/** What a flock answers; undefined for a node that does not. */
export type Flock = (question: Question) => object | undefined;

const nothing = () => undefined;

/** A gateway's conversations with a flock that a test plays. Asking takes no time unless nobody answers. */
export class Stage {
  nowMs = 1_000;
  abstainsUntilMs = -Infinity;
  readonly scene: Scene;
  /** `kind to node`, and pauses. */
  readonly said: string[] = [];

  constructor(count: number, states: Readonly<Record<number, Liveness>> = {}) {
    const { view, policy } = flockOf(count);
    for (const [i, state] of Object.entries(states)) view.update(member(node(Number(i)), { state }));
    const members = new Map([...view.members()].map((one) => [one.id, one]));
    const membership = { members, isJoined: true } as unknown as Scene['membership'];
    const now = () => ({ monoMs: this.nowMs, wallMs: this.nowMs + 7 });
    this.scene = {
      self: node(0),
      view,
      policy,
      membership,
      places: new JobPlaces(),
      queues: new QueueTable(
        {
          self: node(0),
          prng: new Prng(1),
          hash: () => 0,
          peers: () => [],
          send: nothing,
          store: nothing,
          timer: nothing,
        },
        [],
      ),
      now,
      storeRefusal: () => undefined,
      abstainsUntilMs: () => this.abstainsUntilMs,
    };
  }

  play<Result>(conversation: Conversation<Result>, flock: Flock): Result {
    let answers: Answer[] = [];
    for (;;) {
      const { done, value } = conversation.next(answers);
      if (done) return value;
      answers = [];
      if (value.kind === 'pause') {
        this.nowMs += value.ms;
        this.said.push(`pause ${value.ms}`);
        continue;
      }
      for (const question of value.asks) {
        this.said.push(`${question.message.kind} to ${shortOf(question.to)}`);
        answers.push(flock(question) as Answer);
      }
      if (answers.every((answer) => answer === undefined)) this.nowMs += value.patienceMs;
    }
  }
}

const shortOf = (id: NodeId) => id.replace('12D3KooWnode', 'n');
