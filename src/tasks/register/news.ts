import type { ClaimAnswer } from './claim.js';
import type { Head, RegisterId } from './head.js';
import type { State } from './learning.js';

/** What a coordinator's host is told of a register. */
export type News =
  /**
   * It may act from now on, under epochs of ballot `n`. `state` is committed; of what it had under way before, the rest is
   * void. `isNew`: no majority had heard of it before, so that nobody has ever acted on it.
   */
  | {
      readonly kind: 'opened';
      readonly id: RegisterId;
      readonly n: number;
      readonly isNew: boolean;
      readonly state: State;
    }
  /** It may not act until it is opened again. */
  | { readonly kind: 'paused'; readonly id: RegisterId }
  /** What this node's replica says to a claim. */
  | { readonly kind: 'claimed'; readonly id: RegisterId; readonly tag: unknown; readonly answer: ClaimAnswer }
  /** A write is at a majority. */
  | { readonly kind: 'written'; readonly id: RegisterId; readonly tag: unknown }
  | {
      readonly kind: 'over';
      readonly id: RegisterId;
      /**
       * `deposed`: by a higher ballot. `handed-over`: the state is installed at a set that this node is not part of. `rival`:
       * another register has the id; `head` is its. `absent`: a majority never heard of it. `gone`: it was finished, and
       * forgotten. `abstains`: this node may have forgotten what it knew. `refused`: a create too old or from the future.
       */
      readonly why: 'deposed' | 'handed-over' | 'rival' | 'absent' | 'gone' | 'abstains' | 'refused';
      readonly head?: Head;
    };
