/** Identifiers of JavaScript files and how often each comes: counted part by part, then merged. */
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect } from 'covey/client';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const IDENTIFIER = /[A-Za-z_$][\w$]*/g;
/** Enough that what is common in all parts is common in each. */
const KEPT = 2_000;

/** Every `parts`-th file, from the `part`-th on. */
export async function tokenise(part, { args: { root, parts }, signal, progress }) {
  const dir = resolve(HERE, root);
  const all = (await readdir(dir, { recursive: true })).filter((path) => path.endsWith('.js')).sort();
  const own = all.filter((_, i) => i % parts === part);
  const counts = new Map();
  for (const [i, path] of own.entries()) {
    const text = await readFile(join(dir, path), { encoding: 'utf8', signal }).catch(() => '');
    for (const [word] of text.matchAll(IDENTIFIER)) counts.set(word, (counts.get(word) ?? 0) + 1);
    progress(i / own.length, path);
  }
  return commonest(counts);
}

/** Of the jobs that this one waited for, all results or those of tasks `from` to `to`. */
export async function merge(args, { env }) {
  const { from = 0, to = Infinity } = args ?? {};
  const flock = connect({ addr: env.COVEY_ADDR });
  const counts = new Map();
  try {
    for (const job of env.COVEY_AFTER.split(' ')) {
      const { results } = await flock.results(job);
      for (const { index, result } of results) {
        if (index < from || index > to) continue;
        for (const [word, count] of result) counts.set(word, (counts.get(word) ?? 0) + count);
      }
    }
  } finally {
    flock.close();
  }
  return commonest(counts);
}

function commonest(counts) {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, KEPT);
}
