import type { Now } from '../../kernel/time.js';

/** The real clocks. `monoMs` counts from the start of the process and stands still for no leap of the wall clock. */
export function now(): Now {
  return { monoMs: performance.now(), wallMs: Date.now() };
}
