import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensure } from './ensure.mjs';
import { local, root, run } from './support/run.mjs';

/** Scripts `check:…` of package.json, the longest last. */
const CHECKS = ['unused', 'layers', 'purity', 'format', 'types', 'lint'];

const LIMIT_MS = 780_000;

await ensure();
const chosen = process.argv.slice(2);
const { passes, failures } = chosen.length > 0 ? await mocha(chosen, { show: true }) : await all();
console.log(`${passes} passed, ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;

/**
 * Every check and every test, four at a time: three with daemons, which mostly wait, beside one that computes. What a failed
 * one said comes last, where nobody has to look for it.
 */
async function all() {
  const began = Date.now();
  const limited = (work) => (what) => work(what, { timeoutMs: Math.max(0, LIMIT_MS - (Date.now() - began)) });
  const { daemons, others } = batchesOfTests();
  const waiting = [
    ...daemons.map((files) => [files, limited(mocha)]),
    ...others.map((files) => [files, limited(mocha)]),
    ...CHECKS.map((name) => [name, limited(check)]),
  ];
  const sum = { passes: 0, failures: 0 };
  const said = [];
  const worker = async (next) => {
    while (waiting.length > 0) {
      const [what, work] = next();
      const { passes, failures, output } = await work(what);
      sum.passes += passes;
      sum.failures += failures;
      if (failures > 0) said.push(output);
      else if (output !== '') console.log(output);
    }
  };
  const [first, last] = [() => waiting.shift(), () => waiting.pop()];
  await Promise.all([worker(first), worker(first), worker(first), worker(last)]);
  for (const output of said) console.log(output);
  return sum;
}

async function check(name, options) {
  const { code, output, ms } = await run(['npm', 'run', '--silent', `check:${name}`], options);
  const line = `  ${code === 0 ? '✔' : '✖'} ${name}: ${(ms / 1000).toFixed(1)} s`;
  if (code === 0) return { passes: 1, failures: 0, output: line };
  return { passes: 0, failures: 1, output: `${line}\n${output.trimEnd()}` };
}

/** What each run of mocha gets: a file with real daemons, or another folder of test/. */
function batchesOfTests() {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
  const daemons = files.filter((path) => path.startsWith('e2e/'));
  const folders = new Map();
  for (const path of files.filter((path) => !daemons.includes(path))) {
    const [folder] = path.split('/', 1);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  const inTest = (paths) => paths.map((path) => `test/${path}`);
  return { daemons: daemons.map((path) => inTest([path])), others: [...folders.values()].map(inTest) };
}

/**
 * @param {readonly string[]} which files or patterns, and mocha's own options
 * @param {{ show?: boolean, timeoutMs?: number }} options as those of `run`; what is not shown is the answer's `output`
 * @returns {Promise<{ passes: number, failures: number, output: string }>} a run that did not come to its end, ran nothing or does not
 *   exit counts as one failure more
 */
async function mocha(which, options) {
  const dir = mkdtempSync(join(tmpdir(), 'covey-tests-'));
  const result = join(dir, 'result.json');
  const reporter = ['--reporter', './scripts/support/mocha-reporter.mjs', '--reporter-option', `output=${result}`];
  try {
    const { code, output } = await run(local('mocha/bin/mocha.js', ...reporter, ...which), options);
    const { passes, failures } = read(result) ?? { passes: 0, failures: 0 };
    const sound = code === 0 && passes > 0 && failures === 0;
    return { passes, failures: sound || failures > 0 ? failures : 1, output: output.trimEnd() };
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
