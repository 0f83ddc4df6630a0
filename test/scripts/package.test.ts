import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A program of somebody who has installed covey: all that it may name is what the package exports. */
const CONSUMER = `
import { connect, CoveyError, type Event, type Flock, type JobLog, type SubmitBody, type TaskView } from 'covey/client';

const flock: Flock = connect({ addr: ['/nowhere.sock', '127.0.0.1:1'] });
const body: SubmitBody = { argv: ['true'], tasks: { kind: 'range', first: 1, last: 9, step: 2 } };
export async function all(signal: AbortSignal): Promise<void> {
  const { job } = await flock.submit(body, { idempotencyKey: 'k' });
  for await (const task of flock.asCompleted(job, { signal })) { const view: TaskView = task; void view.exitCode; }
  for await (const log of flock.jobLogs(job, { signal })) { const of: JobLog = log; void of.data.length; }
  for await (const event of flock.events({ job })) { const of: Event = event; if (of.event === 'task') void of.index; }
  // @ts-expect-error there is no such state
  await flock.tasks(job, { state: 'done' });
  // @ts-expect-error nor such a field
  void (await flock.job(job)).colour;
}
try {
  await flock.job('abcdefgh');
} catch (error) {
  if (error instanceof CoveyError) console.log(error.code);
}
flock.close();
`;

describe('package', function () {
  this.timeout(120_000);
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-package-'));
    const packed = run('npm', ['pack', '--silent', '--pack-destination', dir], resolve('.'));
    mkdirSync(join(dir, 'node_modules', 'covey'), { recursive: true });
    run(
      'tar',
      ['-xzf', join(dir, packed.trim()), '-C', join(dir, 'node_modules', 'covey'), '--strip-components=1'],
      dir,
    );
    // What it depends on, as an installer would put it there.
    for (const name of readdirSync('node_modules')) {
      if (!name.startsWith('.') && name !== 'covey')
        symlinkSync(resolve('node_modules', name), join(dir, 'node_modules', name));
    }
    writeFileSync(join(dir, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(dir, 'consumer.ts'), CONSUMER);
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  it('should have a client whose types are whole, and that runs by its name', () => {
    const options = '--strict --skipLibCheck --module nodenext --target es2022 --types node'.split(' ');
    run(process.execPath, [resolve('node_modules/@typescript/native/bin/tsc'), ...options, 'consumer.ts'], dir);
    expect(run(process.execPath, ['consumer.js'], dir)).to.equal('no-daemon\n');
  });

  it('should have the command', () => {
    expect(run(process.execPath, [join(dir, 'node_modules/covey/bin/covey.mjs'), 'version'], dir)).to.match(/^covey /);
  });
});

function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  expect(status, `${command} ${args.join(' ')}: ${stdout}${stderr}`).to.equal(0);
  return stdout;
}
