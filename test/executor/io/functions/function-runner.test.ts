import { expect } from 'chai';
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FunctionRunner } from '../../../../src/executor/io/functions/function-runner.js';
import { runnerLimits } from '../../../../src/executor/io/limits.js';
import type { AttemptEnd, AttemptId, Call, OutputChunk, Progress } from '../../../../src/executor/runner.js';
import { FUNCTION_WORKER } from '../../../../src/install.js';
import { jobId, nodeId, taskId } from '../../../../src/kernel/ids.js';
import { until } from '../../../support/until.js';

const CALLS = fileURLToPath(new URL('fixtures/calls.mjs', import.meta.url));
const JOB = jobId('test');

/** The worker threads of functions; they run what was built. */
describe('the runner of functions', function () {
  this.timeout(30_000);
  let dataDir: string;
  let runner: FunctionRunner;
  let count = 0;
  const ends = new Map<string, AttemptEnd>();
  const progress: Progress[] = [];

  before(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'covey-functions-'));
    runner = new FunctionRunner({
      ...{ dataDir, prewarm: 0, script: FUNCTION_WORKER, log: () => undefined },
      limits: runnerLimits({ workerBytesMax: 64 * 2 ** 20, workersMax: 3 }),
      events: {
        ended: () => expect.fail('of functions the ends are told together'),
        endedTogether: (ended) => {
          for (const { attempt, end } of ended) {
            expect(ends.has(attempt.task), `${attempt.task} ends once`).to.equal(false);
            ends.set(attempt.task, end);
          }
        },
        progress: (_attempt, said) => progress.push(said),
      },
    });
  });
  after(async () => {
    await runner.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = (name: string, more: Partial<Call> = {}): AttemptId => {
    const attempt = { task: taskId(JOB, count++), epoch: 7 };
    const call = { kind: 'function' as const, module: CALLS, export: name, input: 'null', env: {}, job: JOB };
    runner.start(attempt, { ...call, index: 5, attempt: 2, node: nodeId('me'), ...more });
    return attempt;
  };
  const ended = async ({ task }: AttemptId): Promise<AttemptEnd> => {
    await until(`${task} has ended`, () => ends.has(task), 20_000);
    return ends.get(task)!;
  };
  const call = (name: string, more: Partial<Call> = {}) => ended(start(name, more));
  const read = (attempt: AttemptId): Promise<OutputChunk | undefined> =>
    new Promise((resolve) => runner.read(attempt, 'stdout', { offset: 0, limit: 999, waitMs: 5_000 }, resolve));
  const textOf = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

  it('should call it with its input and keep what it returns', async () => {
    const end = await call('default', { input: '{"a":[1]}', args: '7' });
    expect(end).to.deep.include({ exitCode: 0, result: '{"input":{"a":[1]},"args":7}', failure: undefined });
    expect((await call('nothing')).result).to.equal('null');
  });

  it('should tell the CPU time of a call, not that of its waiting', async () => {
    const burnt = await call('burns', { input: '100000000' });
    const tookMs = burnt.finishedAtMs - burnt.startedAtMs;
    expect(burnt.usage?.cpuMs).to.be.within(20, Math.ceil(tookMs));
    const napped = await call('naps', { input: '400' });
    expect(napped.usage?.cpuMs, 'a thread has other things to do than the call').to.be.within(0, 200);
    const short = await Promise.all(Array.from({ length: 9 }, () => call('nothing')));
    expect(short.map(({ usage }) => usage)).to.include(undefined);
  });

  it('should tell it who it is', async () => {
    const attempt = start('self', { env: { A: 'b' } });
    const self = { task: attempt.task, job: JOB, index: 5, attempt: 2, epoch: 7, node: 'me', env: { A: 'b' } };
    expect(JSON.parse((await ended(attempt)).result!)).to.deep.equal(self);
  });

  const failures: [name: string, more: Partial<Call>, exitCode: number, failure: RegExp][] = [
    ['default', { module: '/nowhere/x.mjs' }, 127, /^module \/nowhere\/x\.mjs does not exist on this node .*--upload/],
    ['nobody', {}, 126, /^export "nobody" is not in .*calls\.mjs \(it has .*big/],
    ['notOne', {}, 126, /^export "notOne" of .*calls\.mjs is no function but number$/],
    ['throwsUndefined', {}, 1, /calls\.mjs#throwsUndefined threw undefined, which is not an Error$/],
    ['throwsError', {}, 1, /calls\.mjs#throwsError threw TypeError: no good$/],
    ['throwsLater', {}, 1, /threw Error: too late$/],
    ['big', {}, 1, /calls\.mjs#big returned a BigInt at \.a\[1\], which JSON cannot hold$/],
    ['cycle', {}, 1, /returned an object that contains itself at \.inner\.self$/],
    ['closure', {}, 1, /returned a function at \.call/],
    ['huge', { input: '70000' }, 1, /returned 70002 characters of JSON; a result has at most 65536/],
    ['exits', { input: '3' }, 3, /calls\.mjs#exits called process\.exit\(3\)/],
    ['hogs', {}, 137, /calls\.mjs#hogs ran out of memory .*64M/],
  ];
  for (const [name, more, exitCode, failure] of failures) {
    it(`should fail with the place where it ${name} of ${more.module ?? 'the module'}`, async () => {
      const end = await call(name, more);
      expect(end.failure).to.match(failure);
      expect(end).to.deep.include({ exitCode, result: undefined });
      // Only that one: the next is as good as ever.
      expect((await call('default', { input: '1' })).exitCode).to.equal(0);
    });
  }

  it('should keep what it writes, make its directory and remove it', async () => {
    const attempt = start('speaks', { input: '"hello"' });
    const end = await ended(attempt);
    expect([textOf(end.stdoutTail), textOf(end.stderrTail)]).to.deep.equal(['hello\n', 'to err: hello\n']);
    expect(end.stdoutBytes).to.equal(6);
    expect(textOf((await read(attempt))?.data)).to.equal('hello\n');
    await until('its directory is gone', () => !existsSync(JSON.parse(end.result!) as string));
  });

  it('should tell how far it is', async () => {
    const attempt = start('waits');
    await until('progress is told', () => progress.length > 0);
    runner.signal(attempt, 'term');
    await ended(attempt);
    expect(progress).to.deep.equal([{ fraction: 0.5, text: 'half' }]);
  });

  it('should be told to end, or not begin any more where its worker still starts', async () => {
    progress.length = 0;
    const first = start('waits');
    await until('it has begun', () => progress.length > 0);
    runner.signal(first, 'term');
    expect((await ended(first)).result).to.equal('"told"');
    const second = start('waits');
    runner.signal(second, 'term');
    expect(await ended(second)).to.satisfy(
      ({ result, failure }: AttemptEnd) => result === '"told"' || failure === 'it was stopped before it ran',
    );
  });

  it('should end an endless loop, and what waits behind it goes on', async () => {
    const loops = [start('loops'), start('loops'), start('loops')];
    const waiting = start('default', { input: '4' });
    const refused = start('default');
    runner.signal(refused, 'term');
    expect((await ended(refused)).failure).to.equal('it was stopped before it ran');
    for (const attempt of loops) {
      expect(textOf((await read(attempt))?.data), 'while it runs').to.equal('round and round\n');
    }
    for (const attempt of loops) runner.signal(attempt, 'kill');
    for (const attempt of loops) {
      expect(await ended(attempt)).to.deep.include({ exitCode: 137, failure: undefined });
    }
    expect(ends.get(loops[0]!.task)?.stdoutBytes).to.equal(16);
    expect((await ended(waiting)).result).to.equal('{"input":4,"args":null}');
  });

  const together = (name: string, inputs: readonly string[], more: Partial<Call> = {}): AttemptId[] => {
    const starts = inputs.map((input) => {
      const attempt = { task: taskId(JOB, count++), epoch: 7 };
      const named = { kind: 'function' as const, module: CALLS, export: name, env: {}, job: JOB };
      return { attempt, command: { ...named, input, index: 5, attempt: 2, node: nodeId('me'), ...more } };
    });
    runner.startTogether(starts);
    return starts.map(({ attempt }) => attempt);
  };

  it('should make calls together, each with its own input, output and end', async () => {
    const attempts = together('turns', ['"a"', '"throw"', '"say"', '"b"']);
    const all = await Promise.all(attempts.map(ended));
    expect(all.map(({ result, exitCode }) => result ?? exitCode)).to.deep.equal(['"a"', 1, '"say"', '"b"']);
    expect(all.map(({ stdoutBytes }) => stdoutBytes)).to.deep.equal([0, 0, 4, 0]);
    for (const { startedAtMs, finishedAtMs } of all) expect(finishedAtMs - startedAtMs).to.be.within(0, 1_000);
  });

  it('should tell of those that have ended, and give back those that wait, while one takes long', async () => {
    const [first, long, last] = together('turns', ['"a"', '"loop"', '"b"']) as [AttemptId, AttemptId, AttemptId];
    expect((await ended(first)).result).to.equal('"a"');
    expect(await ended(last)).to.include({ isUnbegun: true, exitCode: undefined });
    expect(ends.has(long.task)).to.equal(false);
    runner.signal(long, 'kill');
    expect(await ended(long)).to.include({ exitCode: 137 });
  });

  it('should end one that waits with others without them', async () => {
    const attempts = together('turns', ['"loop"', '"b"', '"c"']) as [AttemptId, AttemptId, AttemptId];
    const [loop, waiting, last] = attempts;
    expect(textOf((await read(loop))?.data), 'it has begun').to.equal('loop\n');
    runner.signal(waiting, 'term');
    expect((await ended(waiting)).failure).to.equal('it was stopped before it ran');
    expect((await ended(last)).result, 'another worker makes it').to.equal('"c"');
    runner.signal(loop, 'kill');
    await ended(loop);
  });

  it('should lose only the call that takes its worker along', async () => {
    const attempts = together('turns', ['"a"', '"exit"', '"b"']);
    const [first, exits, last] = await Promise.all(attempts.map(ended));
    expect(first?.isUnbegun ?? first?.result).to.be.oneOf([true, '"a"']);
    expect(exits?.failure).to.match(/called process\.exit\(4\)/);
    expect(last?.isUnbegun ?? last?.result).to.be.oneOf([true, '"b"']);
  });

  it('should load a module anew that has changed on disk', async () => {
    const module = join(dataDir, 'changing.mjs');
    for (const version of [1, 2]) {
      writeFileSync(module, `export default () => ${version};`);
      utimesSync(module, version, version);
      expect((await call('default', { module })).result).to.equal(String(version));
    }
    writeFileSync(module, 'export default (;');
    expect(await call('default', { module })).to.include({ exitCode: 126 });
  });
});
