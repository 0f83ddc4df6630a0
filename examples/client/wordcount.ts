/**
 * Counts the words of files, a task each, on whichever nodes have room; prints each count as it comes, and gives what has failed
 * one more try.
 *
 *     npx tsx examples/client/wordcount.ts README.md docs/*.md
 *
 * COVEY_ADDR may name several daemons: where the first goes away in the middle, the next is spoken to.
 */
import { connect, CoveyError, type TaskView } from 'covey/client';

const files = process.argv.slice(2);
const flock = connect();
const stop = new AbortController();
process.once('SIGINT', () => stop.abort());

async function countOf(task: TaskView): Promise<number> {
  const pieces: Uint8Array[] = [];
  for await (const piece of flock.logs(task.id, { signal: stop.signal })) pieces.push(piece);
  return Number(Buffer.concat(pieces).toString());
}

try {
  const argv = ['sh', '-c', 'wc -w < "$COVEY_ITEM"'];
  const { job } = await flock.submit({
    name: 'wordcount',
    argv,
    cwd: process.cwd(),
    tasks: { kind: 'lines', lines: files },
  });
  let words = 0;
  for (let run = 1, left = files.length; left > 0 && run <= 2; run++) {
    if (run > 1) await flock.retry(job, { failedOnly: true });
    left = 0;
    for await (const task of flock.asCompleted(job, { signal: stop.signal })) {
      if (task.run < run) continue;
      const file = files[task.index];
      if (task.state !== 'succeeded') left += 1;
      else words += await countOf(task).then((n) => (console.log(`${n}\t${file}`), n));
      if (task.state !== 'succeeded' && run === 2) console.log(`-\t${file}: ${task.state}`);
    }
  }
  console.log(`${words}\ttotal`);
} catch (error) {
  if (!(error instanceof CoveyError)) throw error;
  console.error(`${error.code}: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`);
  process.exitCode = 1;
} finally {
  flock.close();
}
