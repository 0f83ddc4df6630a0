import { spawn } from 'node:child_process';
import { connect } from '../src/client/index.js';
import { Flock } from '../test/e2e/support/flock.js';
import { median } from './measure.js';
import type { Row } from './row.js';

const BYTES = 50 * 2 ** 20;
const ROUNDS = 7;
/** Lines, as a program prints them. */
const SCRIPT = `yes 'a line of output, as programs print them' | head -c ${BYTES}`;

/** A task that prints 50 MB, followed from its submission on to its end, beside the same command through a pipe and `cat`. */
export async function benchFollow(): Promise<Row[]> {
  const flock = await Flock.start(1, ['--cpus', '2']);
  const client = connect({ addr: flock.daemon(0).ready.socket }, {});
  try {
    const ours: number[] = [];
    const cats: number[] = [];
    let rssMb = 0;
    for (let round = -1; round < ROUNDS; round++) {
      const catMs = await throughCat();
      const startMs = performance.now();
      const { job } = await client.submit({ argv: [SCRIPT], shell: true });
      let bytes = 0;
      for await (const piece of client.logs(`${job}/0`, { follow: true })) bytes += piece.length;
      const ms = performance.now() - startMs;
      if (bytes !== BYTES) throw new Error(`${bytes} bytes came of ${BYTES}`);
      rssMb = Math.max(rssMb, process.memoryUsage().rss / 2 ** 20);
      // The first warms up.
      if (round < 0) continue;
      ours.push(ms);
      cats.push(catMs);
    }
    const ratio = median(ours.map((ms, i) => ms / (cats[i] ?? NaN)));
    const beside = `${median(ours).toFixed(0)} ms; cat ${median(cats).toFixed(0)} ms; client ${rssMb.toFixed(0)} MB RSS`;
    return [
      { name: 'follow of a task that prints 50 MB', figure: ratio, unit: 'x cat', target: 1.5, better: 'less', beside },
    ];
  } finally {
    client.close();
    await flock.stop();
  }
}

/** @returns ms until the last byte has come through `cat` and a pipe to this process */
async function throughCat(): Promise<number> {
  const startMs = performance.now();
  const child = spawn('sh', ['-c', `(${SCRIPT}) | cat`], { stdio: ['ignore', 'pipe', 'inherit'] });
  let bytes = 0;
  for await (const piece of child.stdout) bytes += (piece as Buffer).length;
  if (bytes !== BYTES) throw new Error(`${bytes} bytes came of ${BYTES}`);
  return performance.now() - startMs;
}
