/** Undoes what a fault did. */
export type End = () => void;

/**
 * Settings that several faults may hold at one time: of those that still do the last one counts, and when none does any
 * more the setting is as it was.
 */
export class Holds {
  readonly #held = new Map<string, unknown[]>();

  /**
   * @param name - of the setting
   * @param apply - sets it; undefined: to what it was
   * @returns what lets go of it
   */
  take<T>(name: string, value: T, apply: (value: T | undefined) => void): End {
    const holder = { value };
    const holders = (this.#held.get(name) ?? []) as { readonly value: T }[];
    this.#held.set(name, holders);
    holders.push(holder);
    apply(value);
    return () => {
      const place = holders.indexOf(holder);
      if (place < 0) return;
      holders.splice(place, 1);
      if (place === holders.length) apply(holders.at(-1)?.value);
    };
  }
}
