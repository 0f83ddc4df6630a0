import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { planted, type Mutant } from './mutant.js';

/** The checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const ENTRY = fileURLToPath(new URL('./seeds.ts', import.meta.url));

/**
 * Makes one program of the swarm and the product, with a bug in it or without. One file that Node runs as it is starts ten
 * times as fast as two hundred that a loader compiles each time. All programs of one `Bundler` are made of the same
 * sources, whoever edits them meanwhile.
 */
export class Bundler {
  readonly #sources = new Map<string, Promise<string>>();

  /** @throws Error where the mutant does not fit, or was not compiled in */
  async bundle(mutant?: Mutant): Promise<string> {
    const target = mutant && `${root}${mutant.file}`;
    let isPlanted = false;
    const load: Plugin = {
      name: 'mutant',
      setup: (plugin) => {
        plugin.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
          const source = await this.#read(path);
          if (!mutant || path !== target) return { contents: source, loader: 'ts' };
          isPlanted = true;
          return { contents: planted(mutant, source), loader: 'ts' };
        });
      },
    };
    const { outputFiles } = await build({
      ...{ entryPoints: [ENTRY], absWorkingDir: root, plugins: [load], logLevel: 'silent', write: false },
      ...{ bundle: true, packages: 'external', platform: 'node', format: 'esm', target: 'node20' },
    });
    if (mutant && !isPlanted) throw new Error(`mutant ${mutant.name}: the swarm does not use ${mutant.file}`);
    return outputFiles[0]?.text ?? '';
  }

  #read(path: string): Promise<string> {
    const read = this.#sources.get(path) ?? readFile(path, 'utf8');
    this.#sources.set(path, read);
    return read;
  }
}
