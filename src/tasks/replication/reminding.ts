import { assertNever } from '../../kernel/assert.js';
import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import type { Replica } from '../register/replica.js';
import type { ReplicationMessage } from './messages.js';
import type { Finished } from './missed.js';

/** What a node does about the registers that another one names. */
export interface Reminded {
  readonly takeOver: readonly RegisterId[];
  /** Went on without the other: it is told where. */
  readonly settle: readonly RegisterId[];
  /** Only a takeover by the other can bring them. */
  readonly notMine: readonly RegisterId[];
}

export type AboutHeld = Extract<
  ReplicationMessage,
  { readonly kind: 'register.remind' | 'register.not-mine' | 'register.check' }
>;

export function isAboutHeld(message: { readonly kind: string }): message is AboutHeld {
  return ['register.remind', 'register.not-mine', 'register.check'].includes(message.kind);
}

/** What is to be done about what another node says of the registers that it holds, or that this one should. */
export function sortHeld(
  replica: Replica,
  isOpen: (id: RegisterId) => boolean,
  from: NodeId,
  message: AboutHeld,
): Reminded {
  switch (message.kind) {
    case 'register.remind':
      return sortReminded(replica, isOpen, from, message.ids);
    case 'register.not-mine':
      return { takeOver: heldOf(replica, message.ids), settle: [], notMine: [] };
    case 'register.check':
      return { takeOver: [], settle: [], notMine: missedOf(replica, message.finished) };
    default:
      assertNever(message);
  }
}

/**
 * Somebody holds an unfinished register whose last coordinator, as far as he knows, is this node, or a finished one that this
 * node should move. Whatever he has missed, a takeover brings it. What this node has lost or never heard of it cannot bring, nor
 * what went on to a set with him in it and without this node.
 */
function sortReminded(
  replica: Replica,
  isOpen: (id: RegisterId) => boolean,
  from: NodeId,
  ids: readonly RegisterId[],
): Reminded {
  const takeOver: RegisterId[] = [];
  const settle: RegisterId[] = [];
  const notMine: RegisterId[] = [];
  for (const id of ids) {
    const acceptor = replica.get(id);
    const isSettled = isOpen(id) || acceptor?.isStub === true || acceptor?.final !== undefined;
    if (!acceptor?.head || replica.abstention.known(acceptor) !== undefined) notMine.push(id);
    else if (isSettled && !acceptor.head.set.includes(from)) settle.push(id);
    else if (acceptor.isStub) notMine.push(id);
    else takeOver.push(id);
  }
  return { takeOver, settle, notMine };
}

/** Of what another node cannot bring, that which this one still holds. */
function heldOf(replica: Replica, ids: readonly RegisterId[]): RegisterId[] {
  return ids.filter((id) => {
    const acceptor = replica.get(id);
    return acceptor?.head !== undefined && !acceptor.isStub;
  });
}

/** Of these the ones that this node has not heard of, or not of that generation, or of which it has lost something. */
function missedOf(replica: Replica, finished: readonly Finished[]): RegisterId[] {
  const missed = finished.filter(({ id, generation }) => {
    const acceptor = replica.get(id);
    if (acceptor?.isGone === true) return false;
    const isKnown = (acceptor?.head?.generation ?? -1) >= generation;
    return !acceptor || !isKnown || replica.abstention.known(acceptor) !== undefined;
  });
  return missed.map(({ id }) => id);
}

/** Registers of which this node is still a replica. */
export function countHeld(replica: Replica, self: NodeId): number {
  let held = 0;
  for (const { head, isStub, isGone } of replica.registers()) {
    if (!isStub && !isGone && head?.set.includes(self) === true) held += 1;
  }
  return held;
}
