import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensure } from './ensure.mjs';
import { local, run } from './support/run.mjs';

/** Scripts `check:…` of package.json, the longest first: two run at a time. */
const CHECKS = ['lint', 'types', 'purity', 'format', 'layers', 'unused'];

const CHECK_LIMIT_MS = 300_000;
const TESTS_LIMIT_MS = 780_000;

await ensure();
const [checks, tests] =
  process.argv.length > 2 ? [[], await mocha(process.argv.slice(2))] : [await all(), await mocha()];
const passed = checks.filter(Boolean).length + tests.passes;
const failed = checks.filter((ok) => !ok).length + tests.failures;
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Every check, two at a time. */
async function all() {
  const waiting = [...CHECKS];
  const results = [];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.push(await check(next));
  };
  await Promise.all([worker(), worker()]);
  return results;
}

async function check(name) {
  const { code, output, ms } = await run(['npm', 'run', '--silent', `check:${name}`], { timeoutMs: CHECK_LIMIT_MS });
  report(code === 0, name, ms);
  if (code !== 0) console.log(output.trimEnd());
  return code === 0;
}

/**
 * @param {readonly string[]} [which] files or patterns, and mocha's own options
 * @returns {Promise<{ passes: number, failures: number }>} a run that did not come to its end, ran nothing or does not
 *   exit counts as one failure more
 */
async function mocha(which = ['test/**/*.test.ts']) {
  const dir = mkdtempSync(join(tmpdir(), 'covey-tests-'));
  const output = join(dir, 'result.json');
  const reporter = ['--reporter', './scripts/support/mocha-reporter.mjs', '--reporter-option', `output=${output}`];
  try {
    const {
      code,
      output: said,
      ms,
    } = await run(local('mocha/bin/mocha.js', ...reporter, ...which), {
      show: true,
      timeoutMs: TESTS_LIMIT_MS,
    });
    const { passes, failures } = read(output) ?? { passes: 0, failures: 0 };
    const sound = code === 0 && passes > 0 && failures === 0;
    report(sound, 'tests', ms);
    if (said !== '') console.log(said.trimEnd());
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
