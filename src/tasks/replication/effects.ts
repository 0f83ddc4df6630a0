import type { NodeId } from '../../kernel/ids.js';
import type { ClaimAnswer } from '../register/claim.js';
import type { Lineage, RegisterId } from '../register/head.js';
import type { Written } from '../register/messages.js';
import type { ReplicaSet } from '../register/replica-set.js';
import type { FinalSummary } from './finality.js';

/** What the machines of jobs and shards want done with a register. */
export type RegisterWish<Tag> =
  /** Makes it, or completes what is found of it; news `opened` or `closed` follows. */
  | {
      readonly kind: 'create';
      readonly register: RegisterId;
      readonly set: ReplicaSet;
      readonly createdAtMs: number;
      /** Of the claim, where there was one. */
      readonly rank?: number | undefined;
      readonly entries: readonly Written[];
      /** A register that stands for it is unfinished: it was never made and forgotten, however old it is. */
      readonly isVouched?: boolean;
    }
  /** News `written` with the tag follows in the order of the wishes, or `closed`. Without entries it waits for those before it. */
  | {
      readonly kind: 'write';
      readonly register: RegisterId;
      readonly entries: readonly Written[];
      readonly tag: Tag;
    }
  /** A new ballot, also of what is finished: news `closed` where it was open, then `opened` again, or `closed`. */
  | { readonly kind: 'renew'; readonly register: RegisterId }
  /**
   * Its majority is never to come back: this node ends it alone, if it can. News `closed` where it was open, then `opened`, as
   * one that is cancelled.
   */
  | { readonly kind: 'abandon'; readonly register: RegisterId };

/** Who is to be told what this node promises. */
export interface ClaimTag {
  readonly to: NodeId;
  readonly re: number;
}

/** Somebody is about to make a register: `claimed` says what this node promises, once that is durable (ADR 18). */
export type ClaimWish = Lineage & { readonly register: RegisterId } & (
    | { readonly kind: 'claim'; readonly tag: ClaimTag }
    /** What is under way to be made here was claimed once more. */
    | { readonly kind: 'claimed-again' }
  );
export interface ClaimNews {
  readonly kind: 'claimed';
  readonly tag: ClaimTag;
  readonly answer: ClaimAnswer;
}

/** Why a survivor goes on alone. */
export interface Degradation {
  /** Its own in the replica set. */
  readonly place: number;
  /** Members that are gone, and since when no majority was there; wall clock. */
  readonly gone: number;
  readonly sinceMs: number;
}

export type RegisterNews<Tag> =
  /** This node coordinates it from now on; `entries` are committed. */
  | {
      readonly kind: 'opened';
      readonly register: RegisterId;
      /** Its epochs are of this ballot number. */
      readonly ballot: number;
      /** Nothing was ever done on it: this node has just made it. */
      readonly isNew: boolean;
      readonly set: ReplicaSet;
      readonly entries: ReadonlyMap<string, unknown>;
      /** Without a majority: `entries` may not be committed, and what is written is provisional (register.md, rule 18). */
      readonly degraded?: Degradation;
    }
  /** It is at a majority's disks; on this node's own where it goes on alone. */
  | { readonly kind: 'written'; readonly register: RegisterId; readonly tag: Tag }
  /**
   * This node coordinates it no more, or never came to it; what was under way is void. `final`: it is finished, and every
   * replica can say how. `refused`: nothing was made.
   */
  | { readonly kind: 'closed'; readonly register: RegisterId; readonly why: 'final' | 'refused' | 'elsewhere' };

/** Who can speak for a register. */
export type Place =
  | { readonly kind: 'here' }
  | { readonly kind: 'final'; readonly summary: FinalSummary; readonly set: ReplicaSet }
  /** Nodes to ask in its place; none where that is not settled at the moment. */
  | { readonly kind: 'elsewhere'; readonly nodes: readonly NodeId[] }
  /** It was finished, and let go of but for its name. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unknown' };

/** What the replicas of this node know of registers that it may or may not coordinate. */
export interface Whereabouts {
  placeOf(register: RegisterId): Place;
  /** Nodes that may serve where this one cannot. */
  hints(register: RegisterId): readonly NodeId[];
  /** The register of a shard: its own, or its job's where that has only this one. */
  shardRegister(job: string, shard: number): RegisterId;
}
