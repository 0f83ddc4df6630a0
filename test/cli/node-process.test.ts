import { expect } from 'chai';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { logFile, startNode } from '../../src/cli/node-process.js';
import { upArguments } from '../../src/cli/up-options.js';
import { failure } from '../support/failure.js';

const command = [process.execPath, fileURLToPath(new URL('./support/fake-up.mjs', import.meta.url))];

describe('a node as a process', () => {
  let data: string;
  beforeEach(async () => {
    data = join(await mkdtemp(join(tmpdir(), 'covey-node-')), 'new');
  });
  afterEach(() => rm(join(data, '..'), { recursive: true, force: true }));

  it('should be given its directory and arguments, be waited for, and end when asked', async () => {
    const node = await startNode({ data, args: ['--says', 'ready'], bound: true, command });
    const said = ['up', '--json', '--data', data, '--exit-with-parent', '--says', 'ready'];
    expect(node.ready).to.deep.equal({ event: 'ready', node: 'n', listen: said, socket: '/s', http: null });
    expect(process.kill(node.pid, 0)).to.equal(true);
    await node.end();
    expect(await node.ended).to.equal('SIGTERM');
    expect(() => process.kill(node.pid, 0)).to.throw();
  });

  it('should be ended by force where it does not hear', async () => {
    const node = await startNode({ data, args: ['--says', 'ready', '--deaf'], bound: true, command, graceMs: 100 });
    await node.end();
    expect(await node.ended).to.equal('SIGKILL');
    expect(await readFile(logFile(data), 'utf8')).to.equal('heard and ignored\n');
  });

  it('should not watch its parent where it is to outlive it', async () => {
    const node = await startNode({ data, args: ['--says', 'ready'], bound: false, command });
    expect(node.ready.listen).not.to.include('--exit-with-parent');
    await node.end();
  });

  it('should fail as the daemon says, and with the last of its log where it says nothing', async () => {
    const held = await failure(startNode({ data, args: ['--says', 'error'], bound: true, command }));
    expect(held).to.include({ code: 'held', message: 'it is held', hint: 'let go' });
    const mute = await failure(startNode({ data, args: ['--says', 'nothing'], bound: true, command }));
    expect(mute).to.include({ code: 'failed', hint: `see ${logFile(data)}` });
    expect(mute.message).to.equal('the node ended before it served (exit code 139): segmentation fault');
    const none = await failure(startNode({ data, args: [], bound: true, command: ['/nowhere/at/all'] }));
    expect(none.message).to.contain('ENOENT');
  });

  it('should get the very options that were typed', () => {
    expect(
      upArguments({
        ...{ listen: ['127.0.0.1:1'], join: ['a:1', 'b:2'], label: [['k', 'v=w']], resource: [['disk', 3]] },
        ...{ http: 'localhost:8', mem: 1024, cpus: 0.5, logLevel: 'info', detach: true },
        costWeights: { latency: 1, cost: 2, energy: 0 },
      }),
    ).to.have.members([
      ...['--listen=127.0.0.1:1', '--join=a:1', '--join=b:2', '--label=k=v=w', '--resource=disk=3'],
      ...['--http=localhost:8', '--mem=1024', '--cpus=0.5', '--log-level=info'],
      '--cost-weights=latency=1,cost=2,energy=0',
    ]);
  });
});
