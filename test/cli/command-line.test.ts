import { expect } from 'chai';
import type { ServerResponse } from 'node:http';
import { FakeDaemon, json } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, WHOLE } from '../client/support/views.js';
import { until } from '../support/until.js';
import { objects } from './support/answers.js';
import { covey, Running } from './support/cli.js';

describe('the command line', () => {
  let daemon: FakeDaemon;
  const run = (...argv: readonly string[]) => covey(daemon.data, ...argv);

  beforeEach(async () => {
    daemon = await FakeDaemon.start();
    daemon
      .answers(`GET /v1/jobs/${JOB}`, jobAnswer('succeeded'))
      .answers('GET /v1/jobs', { jobs: [jobAnswer('succeeded')], cursor: null, ...WHOLE });
  });
  afterEach(() => daemon.close());

  it('should say what is wrong in one line, with a suggestion, and exit with 2', async () => {
    const wrong: readonly (readonly [argv: string[], line: string])[] = [
      [['lss'], "covey: unknown command 'lss' (hint: did you mean ls?)\n"],
      [['help', 'nosuch'], "covey: unknown command 'nosuch' (hint: see `covey --help`)\n"],
      [['ls', '--jsn'], "covey: unknown option '--jsn' (hint: did you mean --json?)\n"],
      [['show'], "covey: missing required argument 'id' (hint: see `covey show --help`)\n"],
      [['ls', '--limit'], "covey: option '-n, --limit <n>' argument missing (hint: see `covey ls --help`)\n"],
      [
        ['nodes', 'x'],
        "covey: too many arguments for 'nodes'. Expected 0 arguments but got 1. (hint: see `covey nodes --help`)\n",
      ],
    ];
    for (const [argv, line] of wrong) expect(await run(...argv)).to.deep.equal({ code: 2, stdout: '', stderr: line });
  });

  it('should help with help itself', async () => {
    const { stdout } = await run('--help');
    for (const argv of [['help'], ['help', '--help'], ['help', '-h'], ['help', 'help']]) {
      expect(await run(...argv), argv.join(' ')).to.deep.equal({ code: 0, stdout, stderr: '' });
    }
    expect((await run('help', '--wrong')).code).to.equal(2);
  });

  it('should point to the help where nothing better is known', async () => {
    expect((await run('ls', '--limit', '0')).stderr).to.match(/from 1 to 1000000 \(hint: see `covey ls --help`\)\n$/);
    expect((await run('up', '--label', 'x')).stderr).to.equal(
      'covey: --label: "x" is not NAME=VALUE (hint: see `covey up --help`)\n',
    );
  });

  it('should name the disciplines there are where one is unknown', async () => {
    const { code, stderr } = await run('up', '--discipline', 'lifo');
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /--discipline.*lifo.*fifo, priority, sjf, srtf, edf, rm, dm, fair-share, weighted-share, capacity, backfill/,
    );
  });

  it('should refuse to keep finished jobs for less than a day', async () => {
    const { code, stderr } = await run('up', '--retain-for', '23h');
    expect([code, stderr]).to.deep.equal([
      2,
      'covey: --retain-for: 23h is less than a day, which finished jobs are kept in any case (hint: write 1d or more, or leave it out for 7d)\n',
    ]);
  });

  it('should say where somebody watches that a daemon has not answered yet, once', async () => {
    const held: ServerResponse[] = [];
    daemon.on('GET /v1/nodes', (_seen, response) => void held.push(response));
    const env = { COVEY_DATA: daemon.data };
    const unwatched = new Running(['nodes'], { env });
    await until('one is asked', () => held.length === 1);
    const quiet = new Running(['nodes', '-q'], { env, isWatched: true });
    const watched = new Running(['nodes'], { env, isWatched: true });
    await until('the last of them says so', () => watched.stderr !== '');
    for (const response of held) json(response, { nodes: [] });
    const line = `covey: no answer yet from ${daemon.socket}; waiting (is that daemon busy, or stopped?)\n`;
    const said = await Promise.all([unwatched, quiet, watched].map(async ({ ended }) => (await ended).stderr));
    expect(said).to.deep.equal(['', '', line]);
  });

  it('should give errors as objects with --json, wherever that stands', async () => {
    for (const argv of [
      ['--json', 'show', 'zzzz'],
      ['show', 'zzzz', '--json'],
    ]) {
      daemon.answers('GET /v1/jobs', { jobs: [], cursor: null, ...WHOLE });
      const { code, stderr } = await run(...argv);
      expect(code).to.equal(3);
      expect(objects(stderr)).to.deep.equal([
        { code: 'not-found', message: 'no job is called zzzz, or begins so', hint: 'see `covey ls`' },
      ]);
    }
  });

  it('should exit with 4 where no daemon answers', async () => {
    const { code, stderr } = await covey('/tmp/covey-nobody-is-here', 'nodes');
    expect(code).to.equal(4);
    expect(stderr).to.match(/^covey: no daemon answers at .*covey\.sock \(hint: start one with `covey up`.*\n$/);
  });

  it('should print a stack trace only with --debug', async () => {
    expect((await run('show', '!')).stderr).not.to.contain('    at ');
    expect((await run('show', '!', '--debug')).stderr).to.contain('    at ');
  });

  it('should help with every command, with examples', async () => {
    const { stdout } = await run('--help');
    const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '').filter((n) => n !== 'help');
    expect(names).to.have.length.above(23).and.to.include.members(['doctor', 'drain', 'history', 'result', 'retry']);
    for (const name of names) {
      const help = await run(name, '--help');
      expect(help).to.include({ code: 0, stderr: '' });
      expect(help.stdout, name).to.contain(`Usage: covey ${name}`).and.to.contain('Examples:').and.to.contain('--json');
      expect((await run('help', name)).stdout).to.equal(help.stdout);
    }
  });
});
