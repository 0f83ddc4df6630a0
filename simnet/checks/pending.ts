/** A promise that no check can hold the code to yet. */
export interface PendingInvariant {
  readonly invariant: string;
  /** What the check will say. */
  readonly promise: string;
  /** What it waits for. */
  readonly pending: 'needs replication' | 'needs a change of the coordinator';
  readonly because: string;
}

const pending = 'needs replication';

/** Promises of design.md that are kept only in part so far; each becomes a check of this folder, or rids one of an excuse. */
export const PENDING_INVARIANTS: readonly PendingInvariant[] = [
  {
    invariant: 'accepted-survives-loss',
    promise: 'an accepted task ends although any minority of its replica set is lost for good, disks and all',
    pending,
    because: 'a job and a shard stand on one disk each; who loses that disk loses them',
  },
  {
    invariant: 'accepted-goes-on',
    promise: 'an accepted task ends while its coordinator is away: a survivor takes over without an operator',
    pending,
    because: 'tasks wait for their one coordinator, so liveness is demanded only once every node is back',
  },
  {
    invariant: 'acked-durability',
    promise: 'what an acceptance says of replicas and fsyncs is true of the disks at that moment',
    pending,
    because: 'it says 1 of 1, which accepted-ends and one-job-per-key cover',
  },
  {
    invariant: 'one-set-per-id',
    promise:
      'an id is accepted by one replica set, though its client retries it elsewhere, whatever is down or cut off',
    pending,
    because:
      'where a job was tried is known to one gateway, in memory; another, or the same one restarted, may choose another home while the first is believed dead',
  },
  {
    invariant: 'epochs-over-restarts',
    promise:
      'an epoch stays stale over a restart of its coordinator: an older attempt commits only if no later one was offered',
    pending,
    because:
      'offers are not stored, so a coordinator that restarts takes the first result it gets; hints at other replicas will tell of later ones',
  },
  {
    invariant: 'ballots',
    promise: 'two coordinators of one shard never both commit: of rivals the deposed one steps down',
    pending,
    because: 'there is one coordinator for a shard, its home',
  },
  {
    invariant: 'at-most-once',
    promise: 'under at-most-once no task starts twice, and none starts on a minority side',
    pending,
    because: 'the grant is a write of a majority; the contract is not accepted yet',
  },
  {
    invariant: 'provisional-outcomes',
    promise: 'an outcome of a lone side is marked degraded, and never beats a committed one',
    pending,
    because: 'there is no degraded mode without a replica set to be cut off from',
  },
  {
    invariant: 'no-vote-from-amnesia',
    promise: 'a node whose disk lied (torn tail, bit flip, an older copy) abstains until it is repaired',
    pending,
    because: 'nobody else has what such a disk lost; these faults are drawn once somebody has',
  },
  {
    invariant: 'replication-factor',
    promise: 'within 60 s of a death every register has its number of replicas again',
    pending,
    because: 'there is one replica',
  },
  {
    invariant: 'cancel-is-final',
    promise:
      'nothing starts after its outcome is `cancelled`, not even under an offer that was given up before the cancel',
    pending: 'needs a change of the coordinator',
    because:
      'a coordinator that gave up an offer does not wait for the answer to its revoke before it records a cancel',
  },
  {
    invariant: 'held-is-not-run-again',
    promise: 'a coordinator that restarts runs nothing again that is still held elsewhere',
    pending: 'needs a change of the coordinator',
    because:
      'one seed in a thousand (441) has it start an attempt within 50 ms of its return that another node still runs and then ends',
  },
  {
    invariant: 'crash-limit-of-coordinators',
    promise: 'a task that brings down the node which coordinates it is given up after five times, as any other',
    pending: 'needs a change of the coordinator',
    because:
      'such a coordinator forgets with its memory that the task had been running there, counts no loss, and runs it again without end',
  },
];
