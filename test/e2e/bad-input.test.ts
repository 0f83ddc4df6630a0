import { expect } from 'chai';
import { existsSync } from 'node:fs';
import { Flock } from './support/flock.js';
import type { ErrorAnswer } from './support/views.js';

/** Exit codes of the command line: README.md has the table. */
const FAILED = 1;
const USAGE = 2;
const NOT_FOUND = 3;
const NO_DAEMON = 4;

describe('bad input', function () {
  this.timeout(60_000);
  let flock: Flock;

  before(async () => {
    flock = await Flock.start(1);
  });
  after(() => flock.stop());

  /** Runs it plain and with `--json`: the same exit code, one line without a stack trace, an object with a code. */
  async function refused(args: readonly string[], code: number, what: RegExp, env = {}): Promise<void> {
    const plain = await flock.cli(args, { env });
    expect(plain.code, plain.stderr).to.equal(code);
    expect(plain.stderr).to.match(/^covey: [^\n]+\n$/);
    expect(plain.stderr).to.match(what);
    expect(plain.stdout).to.equal('');

    const [command, ...rest] = args;
    const json = await flock.cli([command ?? '', '--json', ...rest], { env });
    expect(json.code, json.stderr).to.equal(code);
    const { code: name, message } = JSON.parse(json.stderr) as ErrorAnswer;
    expect(name).to.match(/^[a-z-]+$/);
    expect(message).to.match(what);
  }

  it('should refuse an unknown option', () => refused(['ls', '--wrong'], USAGE, /--wrong/));

  it('should refuse an unknown command', () => refused(['flock'], USAGE, /flock/));

  it('should refuse a submission without a command', () => refused(['submit'], USAGE, /command/));

  it('should refuse a malformed address to join', () =>
    refused(
      ['up', '--data', flock.path('files', 'up'), '--listen', '127.0.0.1:0', '--join', 'no address'],
      USAGE,
      /no address/,
    ));

  it('should refuse HTTP beyond this machine before it has made anything', async () => {
    const data = flock.path('files', 'http');
    for (const http of ['0.0.0.0:8080', '127.0.0.1:99999']) {
      await refused(['up', '--data', data, '--http', http], USAGE, /is not a loopback HOST:PORT/);
    }
    expect(existsSync(data)).to.equal(false);
  });

  it('should refuse a port in use', async () => {
    const port = /\/tcp\/(\d+)/.exec(flock.daemon(0).ready.listen[0]!)![1]!;
    await refused(
      ['up', '--data', flock.path('files', 'port'), '--listen', `127.0.0.1:${port}`],
      FAILED,
      new RegExp(port),
    );
  });

  it('should refuse the data directory of another daemon', () =>
    refused(['up', '--data', flock.dataDir(0), '--listen', '127.0.0.1:0'], FAILED, /held by another daemon/));

  it('should refuse standard input that cannot be read', () =>
    refused(['submit', '--stdin', flock.path('nowhere'), '--', 'cat'], USAGE, /nowhere/));

  it('should refuse an array of no task and one of more than a million', async () => {
    await refused(['submit', '--array', '2-1', '--', 'true'], USAGE, /2-1/);
    await refused(['submit', '--array', '1-1000001', '--', 'true'], USAGE, /1000001/);
  });

  it('should not find an unknown job', () => refused(['show', 'j0000000000000000'], NOT_FOUND, /j0000000000000000/));

  it('should say where no daemon serves', () =>
    refused(['ls'], NO_DAEMON, /daemon/, { COVEY_DATA: flock.path('files', 'nobody') }));

  it('should give the reason where the working directory is missing on the executor', async () => {
    const { code, stderr } = await flock.cli(['run', '--cwd', '/no/such/directory', '--', 'true']);
    expect(code).not.to.equal(0);
    expect(stderr).to.include('/no/such/directory');
  });
});
