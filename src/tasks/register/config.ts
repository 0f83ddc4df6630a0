import { assert } from '../../kernel/assert.js';
import { MESSAGE_ENTRIES_MAX } from './messages.js';

export interface RegisterConfig {
  /**
   * The retention floor: nothing is forgotten that is younger, so a sound replica that does not know a younger register never
   * knew it.
   */
  readonly floorMs: number;
  /** How far the clocks of two nodes that decide may be apart. */
  readonly skewMs: number;
  /** Older creates are refused: one that wandered for long must not find its register forgotten. */
  readonly createAgeMaxMs: number;
  /** Entries of one register in one message. */
  readonly pageEntriesMax: number;
  /** Bytes of a value on the wire, near enough. */
  readonly weigh: (value: unknown) => number;
  /** Several entries of one register in one message weigh no more; one alone may. */
  readonly pageBytesMax: number;
  /** All entries of one message weigh no more, if they are several: they share a frame of 1 MiB. */
  readonly messageBytesMax: number;
  /** After so long without an answer a question is asked again, then after twice that, and so on up to the longest. */
  readonly resendMs: number;
  readonly resendMaxMs: number;
  /** First pause of a coordinator that met a rival; it doubles up to the longest, and is jittered. */
  readonly backOffMs: number;
  readonly backOffMaxMs: number;
}

export const REGISTER_DEFAULTS: RegisterConfig = {
  floorMs: 24 * 3_600_000,
  skewMs: 10_000,
  createAgeMaxMs: 600_000,
  pageEntriesMax: 32,
  weigh: () => 0,
  pageBytesMax: 256 * 1024,
  messageBytesMax: 768 * 1024,
  resendMs: 500,
  resendMaxMs: 4_000,
  backOffMs: 50,
  backOffMaxMs: 5_000,
};

export function checked(config: RegisterConfig): RegisterConfig {
  const { floorMs, skewMs, createAgeMaxMs, pageEntriesMax } = config;
  assert(
    createAgeMaxMs + 2 * skewMs < floorMs,
    () => `a create may be ${createAgeMaxMs} ms old, but after ${floorMs} ms its register may be forgotten`,
  );
  assert(
    pageEntriesMax >= 1 && pageEntriesMax <= MESSAGE_ENTRIES_MAX,
    () => `pages of ${pageEntriesMax} entries, messages of ${MESSAGE_ENTRIES_MAX}`,
  );
  return config;
}

/** How long to wait for an answer to what was sent again so many times: whoever is slow is not made slower. */
export function patienceMs({ resendMs, resendMaxMs }: RegisterConfig, resent: number): number {
  return Math.min(resendMs * 2 ** resent, resendMaxMs);
}
