import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestCommand, digestIn, digestsOf, filesBelow } from './demo/files.mjs';
import { startFlock } from './demo/flock.mjs';
import { showProgress, table } from './demo/show.mjs';
import { ensure } from './ensure.mjs';
import { root, run } from './support/run.mjs';

const SIZE = 5;
const READERS_PER_NODE = 16;
const TRIES_MAX = 5;
const JOB_LIMIT_MS = 300_000;

await ensure();
const { connect } = await import('../dist/client/index.js');
const dir = mkdtempSync(join(tmpdir(), 'covey-demo-'));
const flock = startFlock(SIZE, join(dir, 'flock'));
const interrupted = new Promise((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => reject(new Error(signal)));
});
try {
  await Promise.race([demo(), interrupted]);
} catch (error) {
  console.error(`demo: failed: ${error.message}`);
  process.exitCode = 1;
} finally {
  await flock.stop();
  rmSync(dir, { recursive: true, force: true });
}
process.exit();

/** Has the flock compute the SHA-256 of every file of node_modules, each file a task, and checks every one. */
async function demo() {
  const files = filesBelow(join(root, 'node_modules'));
  const nodes = await flock.ready;
  const members = nodes.map(({ socket }) => connect({ addr: socket }));
  console.log(`demo: ${nodes.length} daemons (pids ${nodes.map(({ pid }) => pid).join(', ')}), ${files.length} files`);

  const began = Date.now();
  const job = await submit(files, nodes[0].socket);
  await members[0].wait(job, {
    timeoutMs: JOB_LIMIT_MS,
    onProgress: ({ counts }) => showProgress('tasks done', counts.succeeded, files.length),
  });
  const seconds = (Date.now() - began) / 1000;
  const tasks = await collect(job, files, members);
  compare(files, tasks);
  await report(nodes, members, tasks, seconds);
  for (const member of members) member.close();
}

/** Through one node; the others hear of it by themselves. */
async function submit(files, socket) {
  const list = join(dir, 'files.txt');
  writeFileSync(list, files.map((file) => `${file}\n`).join(''));
  const cli = [process.execPath, join(root, 'bin', 'covey.mjs'), 'submit', '--addr', socket, '--json'];
  const { code, output, stdout } = await run([...cli, '--name', 'demo', '--each-line', list, '--', ...digestCommand()]);
  if (code !== 0) throw new Error(output.trim());
  return JSON.parse(stdout).job;
}

/**
 * Every task with its output. Each reader has a stretch of its own, since neighbours have one coordinator: so no
 * coordinator is asked by all at once.
 */
async function collect(job, files, members) {
  const tasks = new Array(files.length);
  const readers = members.flatMap((member) => new Array(READERS_PER_NODE).fill(member));
  const stretch = Math.ceil(tasks.length / readers.length);
  let done = 0;
  await Promise.all(
    readers.map(async (member, i) => {
      for (let index = i * stretch; index < Math.min(tasks.length, (i + 1) * stretch); index++) {
        tasks[index] = await patiently(() => member.task(`${job}/${index}`));
        showProgress('results read', ++done, tasks.length);
      }
    }),
  );
  return tasks;
}

/** A node under full load may answer late; the API says `unavailable` then, and that asking again is right. */
async function patiently(ask) {
  for (let tries = 1; ; tries++) {
    try {
      return await ask();
    } catch (error) {
      if (error.code !== 'unavailable' || tries === TRIES_MAX) throw error;
      await sleep(tries * 500);
    }
  }
}

function compare(files, tasks) {
  const here = digestsOf(files);
  const wrong = tasks.flatMap((task, i) => {
    const there = digestIn(Buffer.from(task.stdoutTail, 'base64').toString());
    return task.state === 'succeeded' && there === here[i]
      ? []
      : [`${files[i]}: ${task.state}, ${there}, ${task.reason ?? ''}`];
  });
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${files.length} wrong, first ${wrong[0]}`);
}

async function report(nodes, members, tasks, seconds) {
  const counts = nodes.map(({ node }) => tasks.filter(({ executor }) => executor === node).length);
  const average = tasks.length / nodes.length;
  const rows = nodes.map(({ node, pid }, i) => [
    node.slice(-8),
    pid,
    counts[i],
    `${((100 * counts[i]) / tasks.length).toFixed(1)} %`,
  ]);
  console.log(table(['node', 'pid', 'tasks', 'share'], rows));
  console.log(`busiest node / average: ${(Math.max(...counts) / average).toFixed(2)}`);
  const selves = await Promise.all(members.map((member) => member.self()));
  console.log(`steals: ${selves.reduce((sum, { stats }) => sum + stats.stolen, 0)}`);
  console.log(`wall time: ${seconds.toFixed(1)} s, ${Math.round(tasks.length / seconds)} tasks a second`);
  console.log(`demo: OK, ${tasks.length} digests by ${nodes.length} daemons, each the same as computed here`);
}
