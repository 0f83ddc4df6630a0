/** A promise that no check can hold the code to yet. */
export interface PendingInvariant {
  readonly invariant: string;
  /** What the check will say. */
  readonly promise: string;
  /** What it waits for. */
  readonly pending: 'is being built' | 'is a stated limit';
  readonly because: string;
}

/** Promises of design.md that are kept only in part so far; each becomes a check of this folder, or rids one of an excuse. */
export const PENDING_INVARIANTS: readonly PendingInvariant[] = [
  {
    invariant: 'key-over-joins',
    promise:
      "a key of the user's is one job although nodes join or leave between two submissions, and those that knew it are dead",
    pending: 'is a stated limit',
    because: 'gateways ask as many nodes along the ring as may hold it, and newcomers stand between them (ADR 18)',
  },
];
