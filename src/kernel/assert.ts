/** A broken invariant: a bug in covey, never the user's fault. */
export class Bug extends Error {
  override readonly name = 'Bug';
}

/** States what must hold. The message carries the numbers that were found. */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new Bug(typeof message === 'string' ? message : message());
}

/** Ends an exhaustive `switch`; the compiler refuses it while a case is missing. */
export function assertNever(value: never): never {
  throw new Bug(`unexpected case ${JSON.stringify(value)}`);
}

/** The value, or a {@link Bug} that says what was missing. */
export function known<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Bug(`${what} is not there`);
  return value;
}
