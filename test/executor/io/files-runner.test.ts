import { expect } from 'chai';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FilesRunner } from '../../../src/executor/io/files-runner.js';
import type {
  AttemptEnd,
  AttemptId,
  Command,
  Runnable,
  Runner,
  RunnerEvents,
  Startable,
} from '../../../src/executor/runner.js';
import type { TaskFiles } from '../../../src/executor/task-files.js';
import type { Manifest } from '../../../src/files/manifest.js';
import { jobId, taskId } from '../../../src/kernel/ids.js';
import { until } from '../../support/until.js';
import { endOf } from '../support.js';

const JOB = jobId('test');
const attemptAt = (index: number): AttemptId => ({ task: taskId(JOB, index), epoch: 1 });
const UPLOAD = 'f'.repeat(64);
const MANIFEST: Manifest = { files: [{ path: 'in/a', executable: false, bytes: 1, hash: 'a' }], links: [] };

/** What is inside of it, as far as these tests need one. */
class Inner implements Runner {
  readonly started = new Map<string, Runnable>();
  readonly signals: string[] = [];
  following: Startable | undefined;
  constructor(readonly events: RunnerEvents) {}
  start({ task }: AttemptId, command: Runnable): void {
    this.started.set(task, command);
  }
  startTogether(): void {
    throw new Error('nothing is short here');
  }
  next(next: Startable | undefined): void {
    this.following = next;
  }
  signal({ task }: AttemptId, how: string): void {
    this.signals.push(`${how} ${task}`);
  }
  read(...[, , , reply]: Parameters<Runner['read']>): void {
    reply(undefined);
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('The runner of what has files', () => {
  let dataDir: string;
  let runner: FilesRunner;
  let inner: Inner;
  let ends: Map<string, AttemptEnd>;
  let kept: Manifest[];
  let copied: () => Promise<void>;

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'covey-files-'));
    ends = new Map();
    kept = [];
    copied = () => Promise.resolve();
    const files: TaskFiles = {
      manifest: () => Promise.resolve(MANIFEST),
      copy: async (hash, _tree, to) => {
        await copied();
        writeFileSync(to, hash);
      },
      take: (path) => Promise.resolve({ hash: readFileSync(path, 'utf8'), bytes: 1 }),
      keep: (manifest) => Promise.resolve(String(kept.push(manifest))),
    };
    runner = await FilesRunner.open({
      ...{ dataDir, files },
      events: {
        ended: ({ task }, end) => void ends.set(task, end),
        endedTogether: () => undefined,
        progress: () => undefined,
      },
      inner: (events) => Promise.resolve((inner = new Inner(events))),
    });
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const command = (more: Partial<Command>): Command => ({
    kind: 'command',
    argv: ['x'],
    shell: false,
    env: {},
    ...more,
  });
  const start = (index: number, more: Partial<Command> = { files: { upload: UPLOAD, outputs: ['out/*'] } }) => {
    runner.start(attemptAt(index), command(more));
  };
  const begun = async (index: number): Promise<string> => {
    await until('it has begun', () => inner.started.has(attemptAt(index).task));
    return (inner.started.get(attemptAt(index).task) as Command).cwd!;
  };
  const ended = async (index: number): Promise<AttemptEnd> => {
    await until('it has ended', () => ends.has(attemptAt(index).task));
    return ends.get(attemptAt(index).task)!;
  };

  it('should give each its own copy of the upload, and remove that at its end', async () => {
    start(0);
    start(1);
    const [first, second] = [await begun(0), await begun(1)];
    expect(first).not.to.equal(second);
    expect(readFileSync(join(first, 'in/a'), 'utf8')).to.equal('a');
    for (const index of [0, 1]) inner.events.ended(attemptAt(index), endOf({ exitCode: 3 }));
    expect((await ended(0)).exitCode).to.equal(3);
    expect(kept).to.deep.equal([]);
    await ended(1);
    await until('both are gone', () => readdirSync(join(dataDir, 'work')).length === 0);
  });

  it('should keep what the globs name of one that ended well', async () => {
    start(0, { files: { upload: UPLOAD, outputs: ['in/*', '*.none'] }, cwd: '' });
    await begun(0);
    inner.events.ended(attemptAt(0), endOf());
    expect(await ended(0)).to.include({ exitCode: 0, outputs: '1' });
    expect(kept[0]!.files).to.deep.equal([{ path: 'in/a', executable: false, bytes: 1, hash: 'a' }]);
  });

  it('should say why its files could not be had, or kept', async () => {
    copied = () => Promise.reject(new Error('no node has it'));
    start(0);
    expect((await ended(0)).failure).to.equal('its files could not be had: no node has it');
    copied = () => Promise.resolve();
    start(1, { files: { outputs: ['*'] }, cwd: join(dataDir, 'nowhere') });
    await begun(1);
    inner.events.ended(attemptAt(1), endOf());
    expect(await ended(1)).to.include({ exitCode: 1 });
    expect(ends.get(attemptAt(1).task)?.failure).to.match(/^its outputs could not be kept: .*nowhere does not exist/);
  });

  it('should start none that is stopped before its files are there', async () => {
    let go: () => void = () => undefined;
    copied = () => new Promise((resolve) => (go = resolve));
    start(0);
    await until('it is being copied', () => readdirSync(join(dataDir, 'work')).length > 0);
    runner.signal(attemptAt(0), 'term');
    go();
    expect((await ended(0)).failure).to.equal('it was stopped before it ran');
    expect([inner.started.size, inner.signals]).to.deep.equal([0, []]);
  });

  it('should let nothing follow while something has files, since its end is told later', async () => {
    const next = { attempt: attemptAt(9), command: command({}) };
    runner.next(next);
    expect(inner.following).to.equal(next);
    start(0);
    expect(inner.following).to.equal(undefined);
    runner.next(next);
    expect(inner.following).to.equal(undefined);
    await begun(0);
    inner.events.ended(attemptAt(0), endOf({ exitCode: 1 }));
    await ended(0);
    expect(inner.following).to.equal(next);
    runner.next({ ...next, command: command({ files: { outputs: [] } }) });
    expect(inner.following, 'what has files follows nobody').to.equal(undefined);
  });

  it('should have functions of one upload share a directory, which stays', async () => {
    const call = { kind: 'function' as const, module: 'm.mjs', export: 'default', input: 'null', env: {}, job: JOB };
    for (const index of [0, 1]) {
      const files = { upload: UPLOAD, outputs: [] };
      runner.start(attemptAt(index), { ...call, index, attempt: 1, node: 'n' as never, files });
    }
    expect(await begun(0)).to.equal(await begun(1));
    for (const index of [0, 1]) inner.events.ended(attemptAt(index), endOf());
    await ended(1);
    expect(existsSync(join(dataDir, 'work', UPLOAD, 'in/a'))).to.equal(true);
  });
});
