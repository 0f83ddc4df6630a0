import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CoveyError } from '../../../src/kernel/errors.js';
import { readClusterKey } from '../../../src/node/io/cluster-key.js';
import { loadIdentity } from '../../../src/node/io/identity.js';
import { acquireLock } from '../../../src/node/io/lock.js';
import { isAlive, thisProcess } from '../../../src/node/io/process-id.js';

const HOLDER = fileURLToPath(new URL('./lock-holder.ts', import.meta.url));

async function refusal(act: () => unknown): Promise<CoveyError> {
  try {
    await act();
  } catch (error) {
    if (error instanceof CoveyError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'covey-files-'));
});

afterEach(() => rmSync(dir, { recursive: true }));

describe('directory lock', () => {
  const children: ChildProcess[] = [];

  afterEach(async () => {
    await Promise.all(children.splice(0).map(end));
  });

  async function end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  function holder(): ChildProcess {
    const child = fork(HOLDER, [dir]);
    children.push(child);
    return child;
  }

  async function word(child: ChildProcess): Promise<string> {
    const [message] = (await once(child, 'message')) as [string];
    return message;
  }

  it('should hold against another taker, and be free after release', async () => {
    const lock = acquireLock(dir);
    const error = await refusal(() => acquireLock(dir));
    expect(error.code).to.equal('held');
    expect(error.message).to.equal(`data directory ${dir} is held by another daemon (pid ${process.pid})`);
    expect(error.hint).to.be.a('string');
    lock.release();
    acquireLock(dir).release();
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('should take over the lock of a killed process at once, by one of many', async () => {
    const first = holder();
    expect(await word(first)).to.equal('ready');
    first.send('take');
    expect(await word(first)).to.equal('taken');
    expect((await refusal(() => acquireLock(dir))).message).to.include(`(pid ${first.pid})`);
    const rivals = [holder(), holder(), holder(), holder()];
    expect(await Promise.all(rivals.map(word))).to.deep.equal(['ready', 'ready', 'ready', 'ready']);
    await end(first);
    const words = rivals.map(word);
    for (const rival of rivals) rival.send('take');
    expect((await Promise.all(words)).sort()).to.deep.equal(['held', 'held', 'held', 'taken']);
    expect(readdirSync(dir)).to.deep.equal(['daemon.lock']);
  });

  it('should not take a recycled pid for the holder', () => {
    const token = '00000000-0000-0000-0000-000000000000';
    writeFileSync(join(dir, 'daemon.lock'), JSON.stringify({ pid: process.pid, startedAt: 'another-boot-1', token }));
    acquireLock(dir).release();
    expect(existsSync(join(dir, 'daemon.lock'))).to.equal(false);
  });

  it('should take over a lock that a power failure left empty', () => {
    writeFileSync(join(dir, 'daemon.lock'), '');
    acquireLock(dir).release();
    expect(readdirSync(dir)).to.deep.equal([]);
  });

  it('should know the living from the dead', async () => {
    expect(isAlive(thisProcess())).to.equal(true);
    expect(isAlive({ ...thisProcess(), startedAt: 'long-ago' })).to.equal(false);
    const child = spawn('true');
    await once(child, 'exit');
    expect(isAlive({ pid: child.pid!, startedAt: '' })).to.equal(false);
  });
});

describe('node identity', () => {
  it('should be made once, for its owner alone, and stay', async () => {
    const first = await loadIdentity(dir);
    expect(first.id).to.match(/^12D3KooW/);
    expect(statSync(join(dir, 'node.key')).mode & 0o777).to.equal(0o600);
    const again = await loadIdentity(dir);
    expect(again.id).to.equal(first.id);
    expect(again.privateKey.equals(first.privateKey)).to.equal(true);
  });

  it('should not be replaced where its file is damaged', async () => {
    writeFileSync(join(dir, 'node.key'), 'nonsense');
    expect((await refusal(() => loadIdentity(dir))).code).to.equal('failed');
    expect(readFileSync(join(dir, 'node.key'), 'utf8')).to.equal('nonsense');
  });
});

describe('cluster key', () => {
  it('should be read from text or from a file', async () => {
    const text = randomBytes(32).toString('hex');
    expect(text).to.match(/^[0-9a-f]{64}$/);
    const file = join(dir, 'cluster.key');
    writeFileSync(file, `${text}\n`);
    const key = await readClusterKey({ text });
    expect(Buffer.from(key!).toString('hex')).to.equal(text);
    expect(await readClusterKey({ file })).to.deep.equal(key);
    expect(await readClusterKey({})).to.equal(undefined);
    expect(await readClusterKey({ text: '' })).to.equal(undefined);
  });

  it('should be refused in another form, with a hint', async () => {
    for (const source of [{ text: 'abc' }, { text: 'z'.repeat(64) }, { file: join(dir, 'missing') }]) {
      const error = await refusal(() => readClusterKey(source));
      expect([error.code, error.hint]).to.deep.equal(['usage', 'make one with `covey keys new`']);
    }
  });
});
