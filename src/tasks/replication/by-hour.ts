const HOUR_MS = 3_600_000;

/** Things by the hour of something that happened to them: the oldest are found without sorting them all. */
export class ByHour<Thing extends { readonly id: string; readonly atMs: number }> {
  readonly #hours = new Map<number, Map<string, Thing>>();

  add(thing: Thing): void {
    const hour = hourOf(thing);
    const others = this.#hours.get(hour);
    if (others) others.set(thing.id, thing);
    else this.#hours.set(hour, new Map([[thing.id, thing]]));
  }

  delete(thing: Thing): void {
    const hour = hourOf(thing);
    const others = this.#hours.get(hour);
    others?.delete(thing.id);
    if (others?.size === 0) this.#hours.delete(hour);
  }

  /** The oldest first, to the hour. */
  *oldest(): Generator<Thing> {
    for (const hour of [...this.#hours.keys()].sort((a, b) => a - b)) yield* this.#hours.get(hour)?.values() ?? [];
  }
}

function hourOf({ atMs }: { readonly atMs: number }): number {
  return Math.floor(atMs / HOUR_MS);
}
