/** What `work` makes of each item, in the order of the items, with at most `width` of them begun and not yet taken. */
export async function* ahead<T, R>(
  items: AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const begun: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // It is awaited in its turn, unless one before it fails.
    result.catch(() => undefined);
    begun.push(result);
    const first = begun.length < width ? undefined : begun.shift();
    if (first) yield await first;
  }
  for (const result of begun) yield await result;
}
