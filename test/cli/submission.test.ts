import { expect } from 'chai';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SubmitBody } from '../../src/client/index.js';
import { Running, type Given } from './support/cli.js';

/** What `covey submit --dry-run` would send. */
async function body(argv: readonly string[], given: Given = {}): Promise<SubmitBody> {
  const { code, stdout, stderr } = await new Running(['submit', '--dry-run', ...argv], given).ended;
  expect(stderr).to.equal('');
  expect(code).to.equal(0);
  return JSON.parse(stdout) as SubmitBody;
}

async function refusal(argv: readonly string[], given: Given = {}): Promise<string> {
  const { code, stdout, stderr } = await new Running(['submit', '--dry-run', ...argv], given).ended;
  expect(code, stderr).to.equal(2);
  expect(stdout).to.equal('');
  expect(stderr).to.match(/^covey: .*\n$/);
  return stderr;
}

describe('submission', () => {
  let dir: string;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'covey-submission-'));
  });
  after(() => rm(dir, { recursive: true, force: true }));

  it('should be the command, here, and nothing else by default', async () => {
    expect(await body(['--', 'ls', '-la'])).to.deep.equal({ argv: ['ls', '-la'], cwd: '/work' });
    expect(await body(['ls', '--json', '-q']), 'without --').to.deep.equal({
      argv: ['ls', '--json', '-q'],
      cwd: '/work',
    });
  });

  it('should carry every option', async () => {
    await writeFile(join(dir, 'in'), 'hello');
    const options =
      '--name n --cwd sub --env A=1 --env B=x=y --env HOME --stdin in --cpus 1.5 --mem 2G --gpus 1 --resource disk=3 ' +
      '--array 1-9:2 --priority -7 --period 3h --runtime 1m --timeout 5m --retries 4 --retry-on 75,124 --max-parallel 2 --max-fails 0 --deadline 2h --contract at-most-once --key k --id i --policy binpack --queue nightly';
    expect(await body([...options.split(' '), '--', 'x'], { cwd: dir, env: { HOME: '/h' } })).to.deep.equal({
      name: 'n',
      argv: ['x'],
      cwd: join(dir, 'sub'),
      env: { A: '1', B: 'x=y', HOME: '/h' },
      stdin: Buffer.from('hello').toString('base64'),
      needs: { cpus: 1.5, memBytes: 2 * 2 ** 30, gpus: 1, custom: { disk: 3 } },
      tasks: { kind: 'range', first: 1, last: 9, step: 2 },
      priority: -7,
      periodMs: 10_800_000,
      runtimeMs: 60_000,
      timeoutMs: 300_000,
      retries: 4,
      retryOn: [75, 124],
      maxParallel: 2,
      maxFails: 0,
      deadlineMs: 7_200_000,
      contract: 'at-most-once',
      key: 'k',
      policy: 'binpack',
      queue: 'nightly',
    });
  });

  it('should make one text of a shell command', async () => {
    expect(await body(['--shell', '--', 'echo $HOME', '|', 'wc'])).to.deep.include({
      argv: ['echo $HOME | wc'],
      shell: true,
    });
  });

  it('should make a task of each line, empty ones too', async () => {
    const tasks = async (stdin: string) => (await body(['--each-line', '-', '--', 'x'], { stdin })).tasks;
    expect(await tasks('a\n\nb c\r\nd')).to.deep.equal({ kind: 'lines', lines: ['a', '', 'b c', 'd'] });
    expect(await tasks('a\n')).to.deep.equal({ kind: 'lines', lines: ['a'] });
    expect(await tasks('\n')).to.deep.equal({ kind: 'lines', lines: [''] });
  });

  it('should make a task of each element of a JSON array', async () => {
    const stdin = '[{"file": "a b", "n": 1}, "x", 7, null, [1]]';
    const { tasks } = await body(['--from-json', '-', '--', 'x'], { stdin });
    expect(tasks).to.deep.equal({ kind: 'lines', lines: ['{"file":"a b","n":1}', '"x"', '7', 'null', '[1]'] });
  });

  it('should give a function the elements of a JSON file as what they are', async () => {
    const called = await body(['--from-json', '-', '--module', '/f.mjs'], { stdin: '[{"n": 1}, "x"]' });
    expect(called.function).to.deep.equal({ module: '/f.mjs', items: 'json' });
    expect(called.tasks).to.deep.equal({ kind: 'lines', lines: ['{"n":1}', '"x"'] });
  });

  it('should take a time as a deadline, too', async () => {
    expect(await body(['--deadline', '2026-12-24T18:30:00Z', '--', 'x'])).to.include({
      notAfter: '2026-12-24T18:30:00.000Z',
    });
  });

  const refusals: readonly (readonly [line: string, says: RegExp, given?: Given])[] = [
    ['', /no command.*covey run -- date/],
    ['-- ""', /no command/],
    ['--cpus -1 -- x', /--cpus: "-1" is not a number/],
    ['--cpus 1e9 -- x', /--cpus/],
    ['--mem 0 -- x', /--mem: "0" is not a size/],
    ['--mem lots -- x', /--mem/],
    ['--gpus two -- x', /--gpus/],
    ['--resource disk -- x', /--resource: "disk" is not NAME=VALUE/],
    ['--resource disk=-1 -- x', /--resource/],
    ['--priority 101 -- x', /--priority: "101" is not a whole number from -100 to 100/],
    ['--priority 1.5 -- x', /--priority/],
    ['--timeout 0s -- x', /--timeout: "0s" is not a duration/],
    ['--timeout soon -- x', /--timeout/],
    ['--retries 1.5 -- x', /--retries/],
    ['--array 0 -- x', /--array: an array has at least one task/],
    ['--array 5-1 -- x', /--array: 5-1 runs backwards/],
    ['--array 1-1000001 -- x', /at most 1000000/],
    ['--array 1-2 --each-line - -- x', /exclude each other/],
    ['--stdin - --each-line - -- x', /cannot both read standard input/],
    ['--stdin /nowhere/at/all -- x', /--stdin: \/nowhere\/at\/all cannot be read/],
    ['--each-line /nowhere/at/all -- x', /--each-line: .* cannot be read/],
    ['--each-line - -- x', /--each-line: there is no line/],
    ['--each-line - -- x', /not UTF-8/, { stdin: Uint8Array.of(0xff) }],
    ['--array 1-2 --from-json - -- x', /--array and --from-json exclude each other/],
    ['--from-json - -- x', /--from-json: line 2, column 3 is not JSON: invalid symbol/, { stdin: '[1,\n  oops]' }],
    ['--from-json - -- x', /--from-json: this is no array/, { stdin: '{"a": 1}' }],
    ['--from-json - -- x', /--from-json: this is no array/, { stdin: '[]' }],
    ['--module f.mjs --image alpine', /--module and --image exclude each other/],
    ['--per-node --array 1-2 -- x', /--array and --per-node exclude each other/],
    ['--per-node --key k -- x', /--per-node and --key exclude each other/],
    ['--per-node --policy ring -- x', /--per-node and --policy exclude each other/],
    ['--retry-on 0 --retries 1 -- x', /--retry-on: "0" are no exit codes/],
    ['--retry-on 1,x --retries 1 -- x', /--retry-on/],
    ['--retry-on 1 -- x', /means nothing without --retries/],
    ['--max-parallel 0 -- x', /--max-parallel: "0" is not a whole number from 1/],
    ['--max-fails -1 -- x', /--max-fails/],
    ['--deadline 0s -- x', /--deadline: "0s" is not a duration/],
    ['--deadline soon -- x', /--deadline: "soon" is no time/],
    ['--notify "" -- x', /--notify: there is no command to notify by \(hint: write one text/],
    ['--notify -- x', /--notify: there is no command to notify by/],
    ['--notify-url example.org -- x', /--notify-url: "example.org" is no http or https URL \(hint: write https:/],
    ['--notify-url ftp://example.org -- x', /is no http or https URL/],
    ['--notify-url http://me:secret@example.org -- x', /takes no user name or password/],
    ['--env =x -- x', /--env: "" cannot name/],
    ['--env A-B=x -- x', /--env: "A-B" cannot name/],
    ['--env NOWHERE -- x', /--env: NOWHERE is not set here/],
    ['--contract exactly-once -- x', /at-least-once, at-most-once/],
    ['--cwd= -- x', /--cwd/],
    ['--id= -- x', /--id: it is empty/],
    ['--key= -- x', /--key: it is empty/],
    ['--id -- x', /--id: -- stands where its value should/],
  ];
  for (const [line, says, given] of refusals) {
    it(`should refuse \`${line}\`${given ? ' with such input' : ''}`, async () => {
      const argv = line.split(' ').flatMap((word) => (word === '' ? [] : [word === '""' ? '' : word]));
      expect(await refusal(argv, given)).to.match(says);
    });
  }
});
