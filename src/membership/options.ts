import type { NodeId } from '../kernel/ids.js';
import type { Hash32 } from '../kernel/hash.js';
import type { LoadVector } from '../kernel/load.js';
import type { Prng } from '../kernel/prng.js';
import type { MembershipConfig } from './config.js';
import type { MemberState, Profile } from './member.js';

/** What a node starts with. */
export interface MembershipStart {
  readonly self: NodeId;
  /** Above that of every earlier start of this node. */
  readonly boot: number;
  readonly profile: Profile;
  readonly config?: Partial<MembershipConfig>;
  readonly hash: Hash32;
  readonly prng: Prng;
  /** What the last `persist-members` of an earlier boot gave. */
  readonly remembered?: readonly MemberState[];
  /** Whom to join: for each node the multiaddrs at which it may answer. */
  readonly seeds: readonly (readonly string[])[];
  /** Rides on pings and acks. */
  readonly ownLoad?: () => LoadVector;
}
