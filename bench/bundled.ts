import { basename, resolve } from 'node:path';
import { build } from 'esbuild';

/** Where its packages are found, and nothing of it is kept. */
const OUT = 'node_modules/.cache/covey-bench';
/** For the CommonJS packages in an ES module bundle. */
const REQUIRE =
  'import { createRequire as coveyCreateRequire } from "node:module"; const require = coveyCreateRequire(import.meta.url);';

/** One file of a program and all that it imports, as users run the daemon (scripts/build.mjs). Returns its path. */
export async function bundled(source: string): Promise<string> {
  const outfile = resolve(OUT, basename(source).replace(/\.ts$/, '.mjs'));
  await build({
    ...{ entryPoints: [source], outfile, bundle: true, platform: 'node', format: 'esm', target: 'node20' },
    ...{ external: ['lmdb', 'pino'], banner: { js: REQUIRE }, sourcemap: 'linked', logLevel: 'error' },
  });
  return outfile;
}
