import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensure } from './ensure.mjs';
import { local, root, run } from './support/run.mjs';

/** Scripts `check:…` of package.json, the longest first. */
const CHECKS = ['lint', 'types', 'purity', 'format', 'layers', 'unused'];

const CHECK_LIMIT_MS = 300_000;
const TESTS_LIMIT_MS = 780_000;

await ensure();
const chosen = process.argv.slice(2);
const checks = chosen.length > 0 ? [] : await twoAtATime(CHECKS, check);
const tests = chosen.length > 0 ? await mocha(chosen, { show: true }) : await all();
const passed = checks.filter(Boolean).length + tests.passes;
const failed = checks.filter((ok) => !ok).length + tests.failures;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** One worker takes from the front, the other from the back. @returns {Promise<unknown[]>} in the order of their ends */
async function twoAtATime(items, work) {
  const waiting = [...items];
  const results = [];
  const worker = async (next) => {
    while (waiting.length > 0) results.push(await work(next()));
  };
  await Promise.all([worker(() => waiting.shift()), worker(() => waiting.pop())]);
  return results;
}

async function check(name) {
  const { code, output, ms } = await run(['npm', 'run', '--silent', `check:${name}`], { timeoutMs: CHECK_LIMIT_MS });
  report(code === 0, name, ms);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
}

/** Every test: beside the daemons, which mostly wait, run those that compute. */
async function all() {
  const began = Date.now();
  const left = () => Math.max(0, TESTS_LIMIT_MS - (Date.now() - began));
  const batches = await twoAtATime(batchesOfTests(), (files) => mocha(files, { timeoutMs: left() }));
  const sum = (key) => batches.reduce((total, batch) => total + batch[key], 0);
  const counts = { passes: sum('passes'), failures: sum('failures') };
  report(counts.failures === 0, 'tests', Date.now() - began);
  return counts;
}

/** What each run of mocha gets: the files with real daemons one by one, before the other folders of test/. */
function batchesOfTests() {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
  const folders = new Map();
  for (const path of files) {
    const folder = path.startsWith('e2e/') ? path : path.split('/', 1)[0];
    folders.set(folder, [...(folders.get(folder) ?? []), `test/${path}`]);
  }
  return [...folders]
    .sort(([a], [b]) => Number(b.startsWith('e2e/')) - Number(a.startsWith('e2e/')))
    .map(([, its]) => its);
}

/**
 * @param {readonly string[]} which files or patterns, and mocha's own options
 * @param {{ show?: boolean, timeoutMs?: number }} options as those of `run`; what is not shown is said at the end
 * @returns {Promise<{ passes: number, failures: number }>} a run that did not come to its end, ran nothing or does not
 *   exit counts as one failure more
 */
async function mocha(which, options) {
  const dir = mkdtempSync(join(tmpdir(), 'covey-tests-'));
  const result = join(dir, 'result.json');
  const reporter = ['--reporter', './scripts/support/mocha-reporter.mjs', '--reporter-option', `output=${result}`];
  try {
    const { code, output } = await run(local('mocha/bin/mocha.js', ...reporter, ...which), options);
    if (output !== '') console.log(output.trimEnd());
    const { passes, failures } = read(result) ?? { passes: 0, failures: 0 };
    const sound = code === 0 && passes > 0 && failures === 0;
    return { passes, failures: sound || failures > 0 ? failures : 1 };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function report(ok, name, ms) {
  console.log(`${ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(8)} ${(ms / 1000).toFixed(1).padStart(6)} s`);
}
