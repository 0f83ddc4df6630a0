/** Words of a text and how often each comes: called for a file at a time, or for the counts to be merged. */
import { readFile } from 'node:fs/promises';

export async function count(path, { signal, progress }) {
  const counts = {};
  const words = (await readFile(path, { encoding: 'utf8', signal })).match(/[A-Za-z_$][\w$]*/g) ?? [];
  for (const [i, word] of words.entries()) {
    counts[word] = (Object.hasOwn(counts, word) ? counts[word] : 0) + 1;
    if (i % 10_000 === 0) progress(i / words.length, path);
  }
  const common = Object.entries(counts).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(common.slice(0, 500));
}
