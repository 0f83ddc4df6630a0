/** A promise that no check can hold the code to yet. */
export interface PendingInvariant {
  readonly invariant: string;
  /** What the check will say. */
  readonly promise: string;
  /** What it waits for. */
  readonly pending: 'is being built' | 'is a stated limit';
  readonly because: string;
}

const pending = 'is being built';

/** Promises of design.md that are kept only in part so far; each becomes a check of this folder, or rids one of an excuse. */
export const PENDING_INVARIANTS: readonly PendingInvariant[] = [
  {
    invariant: 'sets-follow-who-leaves',
    promise: 'a node that leaves hands its registers to other nodes first: what it knows of a key is known without it',
    pending,
    because: 'sets move off who leaves, but moves that meet are not clean yet (docs/simnet.md, "Open")',
  },
  {
    invariant: 'key-over-joins',
    promise:
      "a key of the user's is one job although nodes join or leave between two submissions, and those that knew it are dead",
    pending: 'is a stated limit',
    because: 'gateways ask as many nodes along the ring as may hold it, and newcomers stand between them (ADR 18)',
  },
];
