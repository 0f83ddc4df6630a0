import { ITEM_PREFIX } from './replication/names.js';

/** In place of what most jobs have nothing to put into; nothing is ever added to it. */
const NONE = new Map<never, never>();

/** The items that the register of a job keeps, by shard. */
export function itemsIn(entries: ReadonlyMap<string, unknown>): Map<number, readonly string[]> {
  let items: Map<number, readonly string[]> = NONE;
  for (const [key, value] of entries) {
    if (!key.startsWith(ITEM_PREFIX) || value === null) continue;
    if (items === NONE) items = new Map();
    items.set(Number(key.slice(ITEM_PREFIX.length)), value as readonly string[]);
  }
  return items;
}
