import type { NodeId } from '../../../kernel/ids.js';
import type { PolicyName } from '../../../kernel/policies.js';
import type { Now } from '../../../kernel/time.js';
import type { QueueTable } from '../../../membership/queue-table.js';
import type { Membership } from '../../../membership/membership.js';
import type { BoundedRing } from '../../../placement/policies/bounded-ring.js';
import type { FlockView } from '../../../placement/flock-view.js';
import type { Admission } from './admission/admission.js';
import type { JobPlaces } from './places.js';

/** What a gateway's conversations look at. */
export interface Scene {
  readonly self: NodeId;
  readonly view: FlockView;
  readonly policy: BoundedRing;
  /** Of jobs that do not say; undefined: the bounded ring. */
  readonly defaultPolicy?: PolicyName | undefined;
  /** What clients have to pass; absent for what the node itself submits. */
  readonly admission?: Admission | undefined;
  readonly membership: Membership;
  readonly places: JobPlaces;
  readonly queues: QueueTable;
  now(): Now;
  /** Why this node's store takes no writes; undefined while it does. */
  storeRefusal(): string | undefined;
  /** Wall clock up to which this node, having lost its store, has no vote on a new job; -Infinity where it lost none. */
  abstainsUntilMs(): number;
}
