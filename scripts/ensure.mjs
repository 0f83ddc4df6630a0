import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './support/run.mjs';

const STAMP = join(root, 'dist', '.built-from');

/**
 * Makes a checkout ready to run: the right Node, the packages of the lock file, a build of the sources as they are.
 * Does only what is missing. Ends the process with one line where it cannot.
 */
export async function ensure() {
  checkNode();
  if (!installed())
    await step('install', ['npm', 'ci', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error']);
  const sources = fingerprint();
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== sources) {
    await step('build', [process.execPath, join(root, 'scripts', 'build.mjs')]);
    mkdirSync(join(root, 'dist'), { recursive: true });
    writeFileSync(STAMP, sources);
  }
}

function checkNode() {
  const wanted = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).engines.node;
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(wanted).map(Number);
  const [hasMajor, hasMinor] = process.versions.node.split('.').map(Number);
  if (hasMajor > major || (hasMajor === major && hasMinor >= minor)) return;
  console.error(`covey: this is Node ${process.versions.node}, covey needs Node ${wanted} (hint: https://nodejs.org)`);
  process.exit(1);
}

/** True where node_modules holds just what package-lock.json says; what npm left out for this platform is optional. */
function installed() {
  const wanted = packagesOf('package-lock.json');
  const found = packagesOf(join('node_modules', '.package-lock.json'));
  if (wanted === undefined || found === undefined) return false;
  return (
    Object.keys(found).every((path) => path in wanted) &&
    Object.entries(wanted).every(([path, { version, integrity, optional, devOptional, peer }]) => {
      if (path === '') return true;
      const here = found[path];
      if (here === undefined) return Boolean(optional ?? devOptional ?? peer);
      return here.version === version && here.integrity === integrity;
    })
  );
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** Digest of everything the build reads. */
function fingerprint() {
  const hash = createHash('sha256');
  const sources = ['src', 'simnet']
    .flatMap((dir) => readdirSync(join(root, dir), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of [
    ...sources.toSorted((a, b) => (a < b ? -1 : 1)),
    ...['tsconfig.json', 'tsconfig.build.json', 'package-lock.json', 'scripts/build.mjs'].map((f) => join(root, f)),
  ]) {
    hash.update(`${path}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

async function step(what, argv) {
  process.stderr.write(`covey: ${what} … `);
  const { code, output, ms } = await run(argv);
  process.stderr.write(code === 0 ? `${(ms / 1000).toFixed(1)} s\n` : `failed\n${output}`);
  if (code !== 0) process.exit(1);
}
