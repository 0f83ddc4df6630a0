import { CoveyError } from '../../src/kernel/errors.js';

/** The CoveyError that `what` ends with; anything else fails the test. */
export async function failure(what: Promise<unknown> | (() => unknown)): Promise<CoveyError> {
  try {
    await (typeof what === 'function' ? what() : what);
  } catch (error) {
    if (error instanceof CoveyError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
