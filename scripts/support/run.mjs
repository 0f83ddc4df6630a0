import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The checkout these scripts stand in. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A program that npm installed for the checkout, as argv. */
export function local(script, ...args) {
  return [process.execPath, fileURLToPath(new URL(`../../node_modules/${script}`, import.meta.url)), ...args];
}

/**
 * Runs a command in the checkout, in a process group of its own, and ends the whole group at the deadline.
 *
 * @param {readonly string[]} argv
 * @param {{ timeoutMs?: number, show?: boolean, env?: Record<string, string> }} [options] `show`: output goes straight
 *   to the terminal instead of into the answer
 * @returns {Promise<{ code: number, output: string, stdout: string, ms: number }>} code 124 stands for the deadline, 128
 *   for any signal; `output` is stdout and stderr as they came
 */
export function run(argv, { timeoutMs = 600_000, show = false, env = {} } = {}) {
  const began = Date.now();
  const child = spawn(argv[0], argv.slice(1), {
    cwd: root,
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
  });
  const pieces = [];
  const out = [];
  child.stdout?.on('data', (piece) => {
    pieces.push(piece);
    out.push(piece);
  });
  child.stderr?.on('data', (piece) => pieces.push(piece));
  const release = endWithUs(child);
  return new Promise((resolve) => {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      killGroup(child, 'SIGKILL');
    }, timeoutMs);
    const answer = (code, extra = '') => {
      clearTimeout(timer);
      release();
      const output = Buffer.concat(pieces).toString() + extra;
      resolve({ code, output, stdout: Buffer.concat(out).toString(), ms: Date.now() - began });
    };
    child.once('error', (error) => answer(127, `${argv[0]}: ${error.message}\n`));
    child.once('close', (code) => {
      if (late) answer(124, `gave up after ${Math.round(timeoutMs / 1000)} s: ${argv.join(' ')}\n`);
      else answer(code ?? 128);
    });
  });
}

/** Signals a process that leads a group, and all of the group. One that is gone already is fine. */
export function killGroup(child, signal) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** A group of its own does not hear the terminal's Ctrl-C: pass it on, then end, unless who
 * called has something to clear away first. */
function endWithUs(child) {
  const passOn = Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }).map(([signal, code]) => [
    signal,
    () => {
      killGroup(child, 'SIGKILL');
      if (process.listenerCount(signal) === 0) process.exit(code);
    },
  ]);
  for (const [signal, listener] of passOn) process.once(signal, listener);
  return () => {
    for (const [signal, listener] of passOn) process.off(signal, listener);
  };
}
