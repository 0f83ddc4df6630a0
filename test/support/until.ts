/** How long at least between two looks. */
const PAUSE_MS = 10;

/**
 * Waits for a condition, with a deadline, and returns what it found. Tests wait for what they need, never for a time. A look
 * that costs much, such as a run of the command line, is taken less often: half of the time at most.
 *
 * @param condition - anything but `undefined` or `false` ends the wait
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  deadlineMs = 30_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const began = performance.now();
    const found = await condition();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`gave up after ${deadlineMs} ms waiting until ${what}`);
    const pauseMs = Math.max(PAUSE_MS, performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
