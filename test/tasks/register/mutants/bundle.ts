import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import type * as Hunt from '../explorer/hunt.js';
import type { RegisterMutant } from './mutant.js';

const ENTRY = fileURLToPath(new URL('../explorer/hunt.ts', import.meta.url));
const ROOM = fileURLToPath(new URL('../../../../src/tasks/register/', import.meta.url));

/**
 * The explorer with a bug compiled in.
 *
 * @throws Error where an edit does not fit exactly once: the code has moved on, and the mutant must follow
 */
export async function planted({ name, edits }: RegisterMutant): Promise<typeof Hunt> {
  const used = new Set<string>();
  const { outputFiles } = await build({
    ...{ entryPoints: [ENTRY], bundle: true, write: false, logLevel: 'silent' },
    ...{ platform: 'node', format: 'esm', target: 'node20' },
    plugins: [
      {
        name: 'mutant',
        setup: (bundler) => {
          bundler.onLoad({ filter: /tasks.register.[a-z-]+\.ts$/ }, async ({ path }) => {
            let contents = await readFile(path, 'utf8');
            for (const { file, find, replace } of edits) {
              if (path !== ROOM + file) continue;
              const pieces = contents.split(find);
              if (pieces.length !== 2) throw new Error(`${name} fits ${basename(path)} in ${pieces.length - 1} places`);
              contents = pieces.join(replace);
              used.add(file);
            }
            return { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
  for (const { file } of edits) if (!used.has(file)) throw new Error(`${name}: nothing loads ${file}`);
  const folder = await mkdtemp(join(tmpdir(), 'covey-mutant-'));
  try {
    const file = join(folder, `${name}.mjs`);
    await writeFile(file, outputFiles[0]?.text ?? '');
    return (await import(pathToFileURL(file).href)) as typeof Hunt;
  } finally {
    await rm(folder, { recursive: true });
  }
}
