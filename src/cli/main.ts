import { execute } from './program.js';
import { Lifetime, STOP_SIGNALS } from './lifetime.js';

const life = new Lifetime((code) => process.exit(code));

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') void life.readerGone();
    // A log on a full disk must not take the daemon along: what it cannot say is lost.
    else if (stream !== process.stderr) throw error;
  });
}
for (const signal of STOP_SIGNALS) process.on(signal, () => life.signal(signal));

const { stdin, stdout, stderr, env } = process;
const code = await execute(process.argv.slice(2), { stdin, stdout, stderr, env, cwd: process.cwd() }, life);
for (const stream of [stdout, stderr]) await new Promise((resolve) => stream.write('', resolve));
process.exit(code);
