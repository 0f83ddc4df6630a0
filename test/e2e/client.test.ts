import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { connect, type Flock as Client, type JobLog } from '../../src/client/index.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';

describe('client of three daemons', function () {
  this.timeout(120_000);
  let flock: Flock;
  let client: Client;
  before(async () => {
    flock = await Flock.start(3, ['--cpus', '2']);
    client = connect({ addr: [2, 0, 1].map((node) => flock.daemon(node).ready.socket) }, {});
  });
  after(async () => {
    client.close();
    await flock.stop();
  });

  const array = (count: number, script: string) => {
    const tasks = { kind: 'range' as const, first: 0, last: count - 1, step: 1 };
    return client.submit({ argv: [script], shell: true, tasks });
  };

  it('should run its example', async () => {
    const files = ['a', 'b', 'gone'].map((name) => flock.path('files', name));
    writeFileSync(files[0]!, 'one two three\n');
    writeFileSync(files[1]!, 'four\n');
    const COVEY_ADDR = flock.daemon(1).ready.socket;
    const child = spawn(process.execPath, ['--import', 'tsx', 'examples/client/wordcount.ts', ...files], {
      env: { ...process.env, COVEY_ADDR },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let stdout = '';
    for await (const text of child.stdout.setEncoding('utf8')) stdout += String(text);
    const lines = stdout.trim().split('\n');
    expect(lines.slice(0, 2).sort()).to.deep.equal([`1\t${files[1]}`, `3\t${files[0]}`]);
    expect(lines.slice(2)).to.deep.equal([`-\t${files[2]}: failed`, '4\ttotal']);
  });

  it('should show lines of a whole job with their task, and end with it', async () => {
    const { job } = await array(3, 'echo begin $COVEY_INDEX; sleep 0.3; printf "end $COVEY_INDEX"; echo err >&2');
    const { code, stdout, stderr } = await flock.cli(['logs', '-f', job]);
    expect(code).to.equal(0);
    const expected = [0, 1, 2].flatMap((index) => [`[${index}] begin ${index}`, `[${index}] end ${index}`]);
    expect(stdout.trim().split('\n').sort()).to.deep.equal(expected.sort());
    expect(stderr.trim().split('\n').sort()).to.deep.equal(['[0] err', '[1] err', '[2] err']);
  });

  it('should go on waiting, following and hearing when its daemon is killed', async () => {
    const script = 'echo one; while [ ! -e "$COVEY_GO" ]; do sleep 0.05; done; echo two';
    const go = flock.path('files', 'go');
    const tasks = { kind: 'range' as const, first: 0, last: 3, step: 1 };
    const { job } = await client.submit({ argv: [script], shell: true, tasks, env: { COVEY_GO: go } });
    expect(client.address, 'it speaks to the one that is to die').to.equal(flock.daemon(2).ready.socket);
    const logs: JobLog[] = [];
    const ended: number[] = [];
    const told: string[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const log of client.jobLogs(job)) logs.push(log);
    })();
    const completing = (async () => {
      for await (const { index } of client.asCompleted(job)) ended.push(index);
    })();
    const hearing = (async () => {
      for await (const { event } of client.events({ job, signal: stop.signal })) told.push(event);
    })();
    const waiting = client.wait(job);
    const written = () => Buffer.concat(logs.map(({ data }) => data)).toString();
    await until('some run and are followed', () => written().includes('one'), 30_000);
    await until('events are heard', () => told.includes('open'));
    const before = told.length;
    await flock.kill9(2);
    writeFileSync(go, '');
    expect((await waiting).state).to.equal('succeeded');
    await Promise.all([following, completing]);
    expect(ended.sort()).to.deep.equal([0, 1, 2, 3]);
    expect(written().match(/two\n/g)).to.have.length(4);
    await until('events went on', () => told.length > before);
    stop.abort();
    expect(await hearing.catch((error: unknown) => error)).to.equal(stop.signal.reason);
    const { job: next } = await client.submit({ argv: ['true'] });
    expect((await client.wait(next)).state).to.equal('succeeded');
  });

  it('should give the end of what a dead node ran, and say that the rest is not to be had', async () => {
    const victim = flock.id(1);
    const argv = ['seq 1 5000; echo the end'];
    const jobs = await Promise.all(Array.from({ length: 8 }, () => client.submit({ argv, shell: true })));
    const views = await Promise.all(
      jobs.map(async ({ job }) => {
        await client.wait(job);
        return client.task(`${job}/0`);
      }),
    );
    const lost = views.find(({ executor }) => executor === victim);
    if (!lost) throw new Error('the node that is to die ran none of them');
    await flock.kill9(1);
    await flock.restart(2);
    const pieces: Uint8Array[] = [];
    for await (const piece of client.logs(lost.id)) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    expect(text).to.match(/^\n\[covey: \d+ bytes of output are not to be had: only the end was recorded\]\n/);
    expect(text.endsWith('4999\n5000\nthe end\n')).to.equal(true);
  });
});
