/**
 * Does something with each of many things, so many of them at a time.
 *
 * @throws what the first that fails throws; what is under way then goes on
 */
export async function inLanes<T>(items: readonly T[], lanes: number, each: (item: T) => Promise<void>): Promise<void> {
  const left = items.values();
  const lane = async (): Promise<void> => {
    for (const item of left) await each(item);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
