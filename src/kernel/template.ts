/** Stands for a task's item in the words of its command. */
const PLACE = '{}';

/** Characters of a command once its items are in place: a kernel takes about 2 MiB, so no more can ever run. */
export const FILLED_MAX = 2 ** 21;

/** The words with `item` wherever `{}` stands. To be called once {@link filledLength} is known to be bearable. */
export function fill(words: readonly string[], item: string): string[] {
  return words.map((word) => word.replaceAll(PLACE, () => item));
}

/** How many characters {@link fill} would make, without making them: a few places times a long item exceed any memory. */
export function filledLength(words: readonly string[], itemLength: number): number {
  const grown = (word: string) => word.length + (word.split(PLACE).length - 1) * (itemLength - PLACE.length);
  return words.reduce((sum, word) => sum + grown(word), 0);
}
