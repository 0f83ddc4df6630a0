/**
 * The instant at which a machine is stepped. Only durations on the monotonic clock decide anything; the wall clock is
 * for showing to people.
 */
export interface Now {
  /** Milliseconds on a clock that never goes back, from an arbitrary origin. */
  readonly monoMs: number;
  /** Milliseconds since 1970. */
  readonly wallMs: number;
}
