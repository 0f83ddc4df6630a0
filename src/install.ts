import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where covey is installed: its package.json stands above the sources and above the bundle alike. */
const ROOT = rootOf(new URL('.', import.meta.url));

/** Of the installed package. */
export const VERSION: string = (JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as { version: string })
  .version;

/** The script that is the command `covey`. */
export const COVEY_SCRIPT = fileURLToPath(new URL('bin/covey.mjs', ROOT));

/** What runs in the worker threads of functions: of the build, also where the sources run. */
export const FUNCTION_WORKER = fileURLToPath(new URL('dist/executor/io/functions/worker.js', ROOT));

function rootOf(dir: URL): URL {
  return existsSync(new URL('package.json', dir)) ? dir : rootOf(new URL('..', dir));
}
