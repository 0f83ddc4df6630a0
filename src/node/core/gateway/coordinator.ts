import type { Request } from '../../../kernel/effects.js';
import type { NodeId } from '../../../kernel/ids.js';
import { nextAsked } from '../../../tasks/asking.js';
import type { RegisterId } from '../../../tasks/register/head.js';
import type { Message } from '../wire.js';
import { askRaw, hintsIn, pause, type Answer, type Conversation } from './conversation.js';
import type { Scene } from './scene.js';

/** A register and the nodes one of which coordinates it. */
export interface Registered {
  readonly register: RegisterId;
  readonly set: readonly NodeId[];
}

/** Long enough for a coordinator to be missed and replaced. */
const DEADLINE_MS = 15_000;
/** How long one node is waited for before the next is asked. */
const ONE_MS = 3_000;

type ReplyOf<K extends string> = Extract<Answer, { readonly kind: K }>;

/**
 * Asks whoever coordinates a register, whoever that is by the time of the answer.
 *
 * @param patienceMs - how long one node may take
 * @returns undefined where nobody has served within the deadline
 */
export function* askCoordinator<K extends NonNullable<Answer>['kind']>(
  scene: Scene,
  { register, set }: Registered,
  message: Request<Message>,
  expects: K,
  { patienceMs = ONE_MS, deadlineMs = DEADLINE_MS } = {},
): Conversation<ReplyOf<K> | undefined> {
  const untilMs = scene.now().monoMs + deadlineMs;
  let to = scene.places.get(register) ?? set[0];
  for (let hops = 0; to !== undefined; hops++) {
    const [answer] = yield* askRaw([{ to, message }], patienceMs);
    if (answer?.kind === expects) {
      if (to !== set[0]) scene.places.set(register, to);
      return answer as ReplyOf<K>;
    }
    scene.places.forget(register);
    if (scene.now().monoMs >= untilMs) return undefined;
    const next = nextAsked([...set, scene.self], to, hintsIn(answer), hops);
    if (next.delayMs > 0) yield* pause(next.delayMs);
    to = next.to;
  }
  return undefined;
}
