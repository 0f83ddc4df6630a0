import type { NodeId } from '../../kernel/ids.js';
import type { RegisterId } from '../register/head.js';
import type { Replica } from '../register/replica.js';

/** What a node does about the registers of which it was reminded. */
export interface Reminded {
  readonly takeOver: readonly RegisterId[];
  /** Went on without whoever reminded: he is told where. */
  readonly settle: readonly RegisterId[];
  /** Only a takeover by whoever reminded can bring them. */
  readonly notMine: readonly RegisterId[];
}

/**
 * Somebody holds an unfinished register whose last coordinator, as far as he knows, is this node, or a finished one that this
 * node should move. Whatever he has missed, a takeover brings it. What this node has lost or never heard of it cannot bring, nor
 * what went on to a set with him in it and without this node.
 */
export function sortReminded(
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
    if (!acceptor?.head) notMine.push(id);
    else if (isSettled && !acceptor.head.set.includes(from)) settle.push(id);
    else if (acceptor.isStub) notMine.push(id);
    else takeOver.push(id);
  }
  return { takeOver, settle, notMine };
}

/** Of what another node cannot bring, that which this one still holds. */
export function heldOf(replica: Replica, ids: readonly RegisterId[]): RegisterId[] {
  return ids.filter((id) => {
    const acceptor = replica.get(id);
    return acceptor?.head !== undefined && !acceptor.isStub;
  });
}

/** Registers of which this node is still a replica. */
export function countHeld(replica: Replica, self: NodeId): number {
  let held = 0;
  for (const { head, isStub, isGone } of replica.registers()) {
    if (!isStub && !isGone && head?.set.includes(self) === true) held += 1;
  }
  return held;
}
