import type { ToldName } from '../swarm/story.js';

/** A bug planted in the product: one change of text in one file, compiled in when it is asked for by name. */
export interface Mutant {
  readonly name: string;
  /** From the root of the checkout. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The promise that it breaks. */
  readonly breaks: string;
  /** The story that meets it, where seeds seldom or never do; it is told before any seed. */
  readonly told?: ToldName;
}

/**
 * The source with the bug in it.
 *
 * @throws Error where the text to be changed is not there exactly once: the code has moved on, and the mutant must follow
 */
export function planted({ name, file, find, replace }: Mutant, source: string): string {
  const pieces = source.split(find);
  if (pieces.length === 2) return pieces.join(replace);
  throw new Error(`mutant ${name} fits ${file} in ${pieces.length - 1} places, not in one: ${JSON.stringify(find)}`);
}
