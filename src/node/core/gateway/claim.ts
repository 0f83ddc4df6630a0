import type { JobId, NodeId } from '../../../kernel/ids.js';
import { mayHold, replicaCount } from '../../../placement/replica-choice.js';
import type { TaskMessages } from '../../../tasks/messages.js';
import { digestOf, majorityOf, type ReplicaSet } from '../../../tasks/register/replica-set.js';
import { askAll, type Conversation } from './conversation.js';
import type { Tried } from './places.js';
import type { Scene } from './scene.js';

/** Where gateways outdo each other in turn, all give way after so many times. */
const TRIES = 3;

/** What came of a claim; `silent`: so many of those that may hold the id have not promised anything. */
export type Claimed =
  | { readonly kind: 'granted'; readonly tried: Tried }
  | { readonly kind: 'known' }
  | { readonly kind: 'contested' }
  | { readonly kind: 'silent'; readonly silent: number };

type Answer = Omit<TaskMessages['job.claimed'], 'kind' | 're'>;
type Found = Pick<NonNullable<Answer['head']>, 'set' | 'digest' | 'generation'>;

/**
 * Before a job is made under a key those that may hold it promise to take no other register of its id from then on. Then it
 * has one register, whatever gateways believe of who is there (ADR 18).
 *
 * @param there - nodes that answer
 * @param before - where it was tried before, if it was
 */
export function* claim(
  scene: Scene,
  job: JobId,
  fresh: Tried,
  there: ReadonlySet<NodeId>,
  before: Tried | undefined,
): Conversation<Claimed> {
  const holders = mayHold(scene.view, job);
  const digest = digestOf(fresh.set);
  let rank = 1;
  for (let tries = 0; tries < TRIES; tries++) {
    const found: Found[] = before ? [{ set: before.set, digest: digestOf(before.set), generation: 0 }] : [];
    const answers = new Map<NodeId, Answer>();
    const asked = new Set<NodeId>();
    for (let next = [...holders]; next.length > 0;) {
      for (const node of next) asked.add(node);
      const asks = next
        .filter((node) => there.has(node))
        .map((to) => ({
          to,
          message: { kind: 'job.claim' as const, job, createdAtMs: fresh.createdAtMs, digest, rank },
        }));
      for (const [i, answer] of (yield* askAll(asks, 'job.claimed')).entries()) {
        const node = asks[i]?.to;
        if (!answer || node === undefined) continue;
        answers.set(node, answer);
        if (answer.head) found.push(answer.head);
      }
      next = [...new Set(found.flatMap((head) => head.set))].filter((node) => !asked.has(node));
    }
    const isGranted = (node: NodeId) => answers.get(node)?.isGranted === true;
    const isKnown = found.some((head) => !isVoid(head, digest, answers));
    const silent = holders.filter((node) => !isGranted(node)).length;
    const isEnough = !isKnown && silent < majorityOf(replicaCount(scene.view));
    // A member of its own set that is promised to more would never take it.
    if (isEnough && fresh.set.every(isGranted)) return { kind: 'granted', tried: { ...fresh, rank } };
    const outdone = Math.max(...[...answers.values()].map((answer) => answer.outdone ?? 0));
    if (outdone < rank) {
      if (isEnough) return { kind: 'granted', tried: { ...fresh, rank } };
      return isKnown ? { kind: 'known' } : { kind: 'silent', silent };
    }
    // What nobody can take for such promises looks as if it might be taken.
    rank = outdone + 1;
  }
  return { kind: 'contested' };
}

/** Whether what some node has is what is claimed for, or is at a minority of its set and can never come to more. */
function isVoid({ set, digest, generation }: Found, mine: number, answers: ReadonlyMap<NodeId, Answer>): boolean {
  if (generation > 0 || digest === mine) return generation === 0;
  return set.length - freeOf(set, digest, answers).length < majorityOf(set);
}

/** Those that have promised not to take it, and do not have it. */
function freeOf(set: ReplicaSet, digest: number, answers: ReadonlyMap<NodeId, Answer>): readonly NodeId[] {
  return set.filter((node) => {
    const answer = answers.get(node);
    return answer?.isGranted === true && answer.head?.digest !== digest;
  });
}
