/** More differences than these, and it is another word. */
const DIFFERENCES_MAX = 3;

/** The word that was probably meant: the one with the fewest differences, where those are few for its length. */
export function closest(text: string, words: readonly string[]): string | undefined {
  const ranked = words
    .map((word) => ({ word, differences: differences(text.toLowerCase(), word) }))
    .filter(({ word, differences }) => differences <= Math.min(DIFFERENCES_MAX, Math.ceil(word.length / 3)));
  return ranked.sort((a, b) => a.differences - b.differences)[0]?.word;
}

/** Levenshtein's distance. */
function differences(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
