import type { Reply, Request } from '../../../kernel/effects.js';
import type { NodeId } from '../../../kernel/ids.js';
import type { Message } from '../wire.js';

/** What a conversation waits for. */
export type Wait =
  | { readonly kind: 'asks'; readonly asks: readonly Question[]; readonly patienceMs: number }
  | { readonly kind: 'pause'; readonly ms: number };

export interface Question {
  readonly to: NodeId;
  readonly message: Request<Message>;
}

export type Answer = Reply<Message> | undefined;

/**
 * What a gateway does for one client, written down as it happens: a generator that yields what it waits for and goes on
 * with the answers. As synchronous and repeatable as any machine, but it reads from top to bottom. It throws a CoveyError
 * where the client is to get one.
 */
export type Conversation<Result> = Generator<Wait, Result, readonly Answer[]>;

/** How long a gateway waits for the one node that can answer: long enough for a node that is busy. */
export const ONE_PATIENCE_MS = 10_000;

/** How long it waits where many are asked and some answers are better than none. */
const ALL_PATIENCE_MS = 3_000;

type Kind = Extract<Message, { readonly re: number }>['kind'];
type ReplyOf<K extends Kind> = Extract<Reply<Message>, { readonly kind: K }>;

/** Asks one node; undefined where no such reply came. */
export function* ask<K extends Kind>(
  to: NodeId,
  message: Request<Message>,
  expects: K,
  patienceMs = ONE_PATIENCE_MS,
): Conversation<ReplyOf<K> | undefined> {
  const [answer] = yield* askAll([{ to, message }], expects, patienceMs);
  return answer;
}

/** Asks many at once; answers come in the order of the questions. */
export function* askAll<K extends Kind>(
  asks: readonly Question[],
  expects: K,
  patienceMs = ALL_PATIENCE_MS,
): Conversation<readonly (ReplyOf<K> | undefined)[]> {
  const answers = yield* askRaw(asks, patienceMs);
  return answers.map((answer) => (answer?.kind === expects ? (answer as ReplyOf<K>) : undefined));
}

/** The same, whatever the answers are. */
export function* askRaw(asks: readonly Question[], patienceMs = ALL_PATIENCE_MS): Conversation<readonly Answer[]> {
  return asks.length === 0 ? [] : yield { kind: 'asks', asks, patienceMs };
}

/** The nodes that an answer points at, where the one asked could not serve. */
export function hintsIn(answer: Answer): readonly NodeId[] {
  return answer?.kind === 'elsewhere' ? answer.nodes : [];
}

export function* pause(ms: number): Conversation<void> {
  yield { kind: 'pause', ms };
}
