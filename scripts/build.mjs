import { cpSync, existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { local, root, run } from './support/run.mjs';

/**
 * Bundles the sources into dist/, a chunk for each command, and writes the types of the client beside it. One file in place
 * of a thousand halves the start of a daemon and takes a fifth off its memory (docs/adr/0006).
 */
const dist = join(root, 'dist');
/** Built aside and put in place whole, so that nobody ever runs half a build. */
const next = join(root, `dist.${process.pid}`);

/** Packages that load files of their own at run time. */
const EXTERNAL = ['lmdb', 'pino', 'piscina'];

/** Packages that have an ES module beside a UMD one, which would look for parts of it at run time. */
const ES_FIRST = ['module', 'main'];

/** For the CommonJS packages in an ES module bundle. */
const REQUIRE = [
  'import { createRequire as coveyCreateRequire } from "node:module";',
  'import { fileURLToPath as coveyFileURLToPath } from "node:url";',
  'const require = coveyCreateRequire(import.meta.url);',
  'const __filename = coveyFileURLToPath(import.meta.url);',
  'const __dirname = coveyFileURLToPath(new URL(".", import.meta.url));',
].join('');

const types = run(local('@typescript/native/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', next));
await build({
  absWorkingDir: root,
  entryPoints: [
    'src/cli/main.ts',
    'src/cli/commands/sim-worker.ts',
    'src/executor/io/functions/worker.ts',
    'src/client/index.ts',
  ],
  outdir: next,
  outbase: 'src',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  external: EXTERNAL,
  mainFields: ES_FIRST,
  banner: { js: REQUIRE },
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'error',
});
/** What the simulator's report reads at run time, beside the chunk that reads it. */
for (const name of ['page.css', 'look.js', 'plots.js']) {
  cpSync(join(root, 'simnet/report/page', name), join(next, 'page', name));
}
const { code, output } = await types;
if (code === 0) {
  const old = join(root, `dist.old.${process.pid}`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(next, dist);
  rmSync(old, { recursive: true, force: true });
} else {
  rmSync(next, { recursive: true, force: true });
  console.error(output);
  process.exit(1);
}
