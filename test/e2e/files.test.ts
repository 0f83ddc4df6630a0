import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskView } from '../../src/client/index.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';

describe('files of tasks', function () {
  this.timeout(60_000);
  let flock: Flock;
  let project: string;

  before(async () => {
    flock = await Flock.start(4, ['--cpus', '2']);
    project = flock.path('files', 'project');
    mkdirSync(join(project, 'lib'), { recursive: true });
    writeFileSync(join(project, 'run.sh'), '#!/bin/sh\ncat lib/words > "out-$COVEY_INDEX.txt"\n');
    chmodSync(join(project, 'run.sh'), 0o755);
    writeFileSync(join(project, 'lib/words'), 'in the upload\n');
    writeFileSync(join(project, 'secret'), 'stays here');
    writeFileSync(join(project, '.coveyignore'), 'secret\n');
  });
  after(() => flock.stop());

  const blobs = (node: number) =>
    readdirSync(join(flock.dataDir(node), 'blobs'), { recursive: true, withFileTypes: true })
      .filter((one) => one.isFile())
      .map(({ name, parentPath }) => join(parentPath, name));

  const WORDS = 'kept by three of four\n';
  const hash = createHash('sha256').update(WORDS).digest('hex');
  const holders = (nodes: readonly number[]) => nodes.filter((node) => blobs(node).some((path) => path.endsWith(hash)));

  it('should be on three nodes before a job is accepted', async () => {
    const words = flock.path('files', 'words');
    mkdirSync(words, { recursive: true });
    writeFileSync(join(words, 'words'), WORDS);
    const held = await flock.cli(['submit', '--hold', '--upload', words, '--', 'cat', 'words']);
    expect(held.code).to.equal(0);
    expect(holders([0, 1, 2, 3]))
      .to.have.length(3)
      .and.to.include(0);
  });

  it('should be there where a task runs, though the node that took them is dead and a copy is damaged', async () => {
    const files = ['--upload', project, '--output', 'out-*.txt'];
    const { stdout } = await flock.cli(['submit', '--hold', ...files, '--array', '1-4', '--', './run.sh']);
    const job = stdout.trim();
    // Whatever any one node has of them is damaged, and one of the others has died: the third has them.
    await flock.kill9(0);
    for (const path of blobs(1)) writeFileSync(path, 'damaged');
    await flock.cli(['release', job], { node: 1 });
    expect(await flock.cli(['wait', job], { node: 1 })).to.include({ code: 0 });
    const into = flock.path('files', 'results');
    const fetched = await flock.cli(['result', job, '--into', into], { node: 2 });
    expect(fetched).to.include({ code: 0, stdout: [1, 2, 3, 4].map((i) => `${into}/${i}/out-${i}.txt\n`).join('') });
    expect(readFileSync(join(into, '3', 'out-3.txt'), 'utf8')).to.equal('in the upload\n');
    const secret = await flock.cli(['run', '--upload', project, '--', 'cat', 'secret'], { node: 1 });
    expect(secret.code).to.equal(1);
  });

  it('should have functions as well, and be named where they are wanted', async () => {
    writeFileSync(join(project, 'f.mjs'), 'import { n } from "./lib/n.mjs"; export default (i) => i * n;');
    writeFileSync(join(project, 'lib/n.mjs'), 'export const n = 7;');
    await flock.cli(['run', '--upload', project, '--module', 'f.mjs', '--array', '1-3'], { node: 1 });
    expect((await flock.cli(['result', 'last'], { node: 1 })).stdout).to.equal('7\n14\n21\n');
    const { stderr, code } = await flock.cli(['run', '--cwd', '/no/where', '--', 'ls'], { node: 1 });
    expect({ code, stderr }).to.deep.include({ code: 125 });
    expect(stderr).to.match(/cwd \/no\/where does not exist on this node \(hint: use --upload \.\)/);
  });

  it('should be refused at once where they lead out of the directory, or are not there', async () => {
    const refused: [args: string[], RegExp][] = [
      [['--upload', project, '--output', '../*'], /--output: "\.\.\/\*" leads out of the task's directory/],
      [['--upload', project, '--cwd', '../x'], /--cwd: \.\.\/x leads out of its directory/],
      [['--upload', join(project, 'nothing')], /--upload: .*nothing is no directory/],
    ];
    for (const [args, reason] of refused) {
      const { code, stderr } = await flock.cli(['submit', ...args, '--', 'ls'], { node: 1 });
      expect([code, reason.test(stderr)], stderr).to.deep.equal([2, true]);
    }
    const [task] = await flock.jsonLines<{ tasks: TaskView[] }>(['show', 'last'], { node: 1 });
    expect(task?.tasks[0]?.outputs).to.equal(null);
  });

  it('should be copied to another node once one that kept them is dead', async () => {
    // One of the three died in the first test; nobody has used them since.
    await until('the three that are left have them', () => holders([1, 2, 3]).length === 3, 40_000);
  });
});
