import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { killGroup, root } from '../support/run.mjs';

const READY_MS = 60_000;
const GRACE_MS = 10_000;

/**
 * Starts `covey dev`: `size` daemons, each a process of its own, their files under `dir`.
 *
 * @returns {{ ready: Promise<{ node: string, pid: number, socket: string }[]>, stop: () => Promise<void> }} `stop` ends
 *   all of them, whatever state they are in
 */
export function startFlock(size, dir) {
  const argv = [join(root, 'bin', 'covey.mjs'), 'dev', '-n', String(size), '--data', dir, '--json'];
  const dev = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const ended = new Promise((resolve) => dev.once('close', resolve));
  let said = '';
  let nodes = [];
  dev.stderr.on('data', (piece) => (said = (said + piece).slice(-20_000)));
  const ready = new Promise((resolve, reject) => {
    createInterface(dev.stdout).on('line', (line) => {
      const event = JSON.parse(line);
      if (event.event === 'ready') resolve((nodes = event.nodes));
    });
    void ended.then((code) => reject(new Error(`covey dev ended with ${code}\n${said}`)));
    void sleep(READY_MS, undefined, { ref: false }).then(() =>
      reject(new Error(`no flock within ${READY_MS / 1000} s`)),
    );
  });
  ready.catch(() => undefined);
  const stop = async () => {
    killGroup(dev, 'SIGINT');
    if ((await Promise.race([ended, sleep(GRACE_MS, 'late', { ref: false })])) !== 'late') return;
    for (const child of [...nodes, dev]) killGroup(child, 'SIGKILL');
    await ended;
  };
  return { ready, stop };
}
