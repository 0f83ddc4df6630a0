import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { connect, type Flock as Client } from '../../src/client/index.js';
import { failure } from '../support/failure.js';
import { until } from '../support/until.js';
import { Flock } from './support/flock.js';

const MODULE = `
export default (input, { args }) => ({ input, args });
export const square = (n) => n * n;
export const picky = (n) => { if (n === 3) throw new RangeError('three'); return n; };
export const long = (n) => 'x'.repeat(n);
export const loops = () => { console.log('looping'); for (;;); };
export const slow = (_, { progress }) => { progress(0.4, 'reading'); return new Promise(() => setInterval(() => 0, 1000)); };
`;

describe('functions', function () {
  this.timeout(60_000);
  let flock: Flock;
  let client: Client;
  let module: string;

  before(async () => {
    flock = await Flock.start(3, ['--cpus', '2', '--function-workers', '1']);
    client = connect({ data: flock.dataDir(1) });
    module = flock.path('files', 'f.mjs');
    writeFileSync(module, MODULE);
  });
  after(async () => {
    client.close();
    await flock.stop();
  });

  it('should be called with the arguments, and have a result', async () => {
    const { code, stderr } = await flock.cli(['run', '--module', module, '--args', '{"a":1}']);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect((await flock.cli(['result', 'last'])).stdout).to.equal('{"input":{"a":1},"args":{"a":1}}\n');
    const [one] = await flock.jsonLines<object>(['result', 'last/0']);
    expect(one).to.deep.include({ state: 'succeeded', hasResult: true, result: { input: { a: 1 }, args: { a: 1 } } });
  });

  it('should be called for each index or line, results in order', async () => {
    await flock.cli(['run', '--module', module, '--export', 'square', '--array', '2-10:2']);
    expect((await flock.cli(['result', 'last'])).stdout).to.equal('4\n16\n36\n64\n100\n');
    expect((await flock.cli(['result', 'last/4-6:2'])).stdout).to.equal('16\n36\n');
    await flock.cli(['run', '--module', module, '--each-line', '-', '--args', '7'], { stdin: 'a\nb\n' });
    expect((await flock.cli(['result', 'last'])).stdout).to.equal('{"input":"a","args":7}\n{"input":"b","args":7}\n');
  });

  it('should map items from the client, through whichever node, in order', async () => {
    const items = Array.from({ length: 1_200 }, (_, i) => i);
    const squares = await client.map<number, number>({ module, export: 'square' }, items).toArray();
    expect(squares).to.deep.equal(items.map((i) => i * i));
    const seen: unknown[] = [];
    for await (const one of client.map({ module }, [{ a: 1 }, null], { args: 'x' })) seen.push(one);
    expect(seen).to.deep.equal([
      { input: { a: 1 }, args: 'x' },
      { input: null, args: 'x' },
    ]);
    expect(await client.map({ module }, []).toArray()).to.deep.equal([]);
  });

  it('should give large results page by page', async () => {
    const lengths = Array.from({ length: 40 }, (_, i) => 60_000 + i);
    const texts = await client.map<number, string>({ module, export: 'long' }, lengths).toArray();
    expect(texts.map(({ length }) => length)).to.deep.equal(lengths);
  });

  it('should throw in order what the first that fails has thrown, and cancel the rest', async () => {
    const results = client.map<number, number>({ module, export: 'picky' }, [1, 2, 3, 4]);
    const seen: number[] = [];
    const error = await failure(
      (async () => {
        for await (const one of results) seen.push(one);
      })(),
    );
    expect(error.message).to.match(/task \w+\/2 failed: .*f\.mjs#picky threw RangeError: three/);
    expect(seen).to.deep.equal([1, 2]);
  });

  it('should end an endless loop when its time is over, and say what it wrote', async () => {
    const { code, stdout } = await flock.cli(['run', '--timeout', '300ms', '--module', module, '--export', 'loops']);
    expect({ code, stdout }).to.deep.equal({ code: 124, stdout: 'looping\n' });
  });

  it('should show how far it is, and be cancelled', async () => {
    const { stdout } = await flock.cli(['submit', '-q', '--module', module, '--export', 'slow']);
    const job = stdout.trim();
    await until('progress is shown', async () => {
      return (await flock.cli(['show', `${job}/0`], { node: 2 })).stdout.includes('40 %, reading');
    });
    await flock.cli(['cancel', job]);
    expect((await flock.cli(['wait', job])).code).to.equal(1);
    expect((await flock.cli(['result', `${job}/0`])).code).to.equal(3);
  });

  it('should refuse what makes no sense, with its place', async () => {
    const refused = async (...args: string[]) => {
      const { code, stderr } = await flock.cli(['submit', ...args]);
      expect(code, stderr).to.equal(2);
      return stderr;
    };
    expect(await refused('--module', module, '--args', '{"a":')).to.match(/--args: this is no JSON: .*position 5/);
    expect(await refused('--module', module, '--', 'true')).to.match(/--module and a command exclude/);
    expect(await refused('--module', module, '--shell')).to.match(/--module and --shell exclude/);
    expect(await refused('--export', 'x', '--', 'true')).to.match(/there is no --module/);
  });

  it('should say which node lacks the module, and what helps', async () => {
    const { code, stderr } = await flock.cli(['run', '--module', flock.path('files', 'no.mjs')]);
    expect(code).to.equal(127);
    expect(stderr).to.match(/files\/no\.mjs does not exist on this node .*--upload/);
  });
});
