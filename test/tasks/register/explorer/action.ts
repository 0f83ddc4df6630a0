/** One thing that happens in the explorer's world. */
export type Action =
  | { readonly kind: 'deliver'; readonly node: number; readonly index: number }
  | {
      readonly kind: 'store' | 'restart' | 'copy-disk' | 'take-over' | 'bury' | 'forget' | 'rest';
      readonly node: number;
    }
  /** All writes under way fail, though the first of them may be on the disk. */
  | { readonly kind: 'fail-store' | 'crash'; readonly node: number; readonly stored: number }
  /** The machine comes back with an empty disk, or with an old copy. */
  | { readonly kind: 'lose-disk'; readonly node: number; readonly copy: number | undefined }
  /** A value goes bad while the machine is down; or of what rests, while it is up. */
  | { readonly kind: 'spoil' | 'rot'; readonly node: number; readonly value: number }
  | {
      readonly kind: 'create';
      readonly node: number;
      readonly content: string;
      readonly createdAtMs: number;
      readonly set: readonly number[];
      /** Only where it was claimed before. */
      readonly rank?: number;
    }
  | { readonly kind: 'claim'; readonly node: number; readonly rank: number; readonly set: readonly number[] }
  | { readonly kind: 'write'; readonly node: number; readonly key: string; readonly isTerminal: boolean }
  | { readonly kind: 'seal'; readonly node: number; readonly set: readonly number[] }
  | { readonly kind: 'fire'; readonly node: number; readonly timer: number }
  | { readonly kind: 'read'; readonly node: number; readonly key: string }
  | { readonly kind: 'pass-time'; readonly node: number; readonly ms: number };
