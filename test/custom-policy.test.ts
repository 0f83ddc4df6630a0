import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { CustomPolicy } from '../src/custom-policy.js';
import { CoveyError } from '../src/kernel/errors.js';
import type { Candidate, ScoredTask } from '../src/placement/policies/custom.js';
import { node } from './placement/support.js';

const TASK: ScoredTask = { key: 'k', name: 'work', cpus: 1, memBytes: 0, gpus: 0, workMs: 10, batch: 1 };

function candidate(i: number, more: Partial<Candidate> = {}): Candidate {
  return {
    ...{ id: node(i), zone: '', cpus: 4, free: 4, speed: 1, running: 0, queued: 0, offered: 0, workMs: 0 },
    ...{ roundTripMs: 0, responseMs: 1, price: 0, watts: 0, ...more },
  };
}

describe('A policy of the user', () => {
  let dir: string;
  let files = 0;
  before(() => (dir = mkdtempSync(join(tmpdir(), 'covey-policy-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  function write(text: string): string {
    const path = join(dir, `policy-${files++}.mjs`);
    writeFileSync(path, text);
    return path;
  }

  async function loaded(text: string) {
    const clock = { nowMs: 0 };
    const said: string[] = [];
    const options = { warn: (message: string) => void said.push(message), nowMs: () => clock.nowMs };
    return { policy: await CustomPolicy.load(write(text), options), clock, said };
  }

  it('should score candidates by what it is told of them', async () => {
    const { policy, said } = await loaded(
      'export default (task, nodes) => nodes.map((n) => n.queued + task.cpus / n.cpus);',
    );
    const scores = policy.score(TASK, [candidate(0), candidate(1, { queued: 3 }), candidate(2, { cpus: 1 })]);
    expect(scores).to.deep.equal([0.25, 3.25, 1]);
    expect(said).to.deep.equal([]);
  });

  it('should be refused at the start where it is none, in one line', async function () {
    this.timeout(20_000);
    const cases: readonly (readonly [text: string | undefined, says: string])[] = [
      [undefined, 'there is no such module'],
      ['export default 7;', 'it has no function for its default export'],
      ['export const score = () => [];', 'it has no function for its default export'],
      ['export default (', 'it cannot be loaded: '],
      ['throw new Error("no");', 'it cannot be loaded: no'],
      ['export default () => { throw new Error("oh"); };', 'it throws Error: oh'],
      ['export default () => [1];', 'it gave 1 scores for 2 candidates'],
      ['export default (t, c) => c.map(() => "1");', 'it gave a string for a score'],
      ['export default async (t, c) => c.map(() => 1);', 'it answers a promise'],
      ['process.exit(0);', 'it ends its process'],
    ];
    const complaints = await Promise.all(
      cases.map(async ([text]) => {
        const path = text === undefined ? join(dir, 'none.mjs') : write(text);
        const error: unknown = await CustomPolicy.load(path, { warn: () => undefined, nowMs: () => 0 }).catch(
          (e: unknown) => e,
        );
        return error instanceof CoveyError && error.code === 'usage' ? error.message : String(error);
      }),
    );
    cases.forEach(([text, says], i) => {
      expect(complaints[i], text).to.include(`.mjs: ${says}`);
      expect(complaints[i], text).to.not.include('\n');
    });
  });

  it('should be ended where it hangs, rest for a while, say so once a minute, and be asked again', async () => {
    const text = 'export default (task, nodes) => { while (task.name === "hang"); return nodes.map(() => 0); };';
    const { policy, clock, said } = await loaded(text);
    const nodes = [candidate(0)];
    expect(policy.score({ ...TASK, name: 'hang' }, nodes)).to.equal(undefined);
    expect(said).to.have.length(1);
    expect(said[0]).to.match(/policy-\d+\.mjs took too long and was ended: tasks are placed by bounded-ring/);
    expect(policy.score(TASK, nodes), 'it rests').to.equal(undefined);
    expect(policy.failures).to.equal(1);
    clock.nowMs = 5_000;
    expect(policy.score({ ...TASK, name: 'hang' }, nodes)).to.equal(undefined);
    expect(said, 'not so soon again').to.have.length(1);
    expect(policy.failure).to.equal('took too long and was ended');
    clock.nowMs = 70_000;
    expect(policy.score({ ...TASK, name: 'hang' }, nodes)).to.equal(undefined);
    expect(said[1]).to.include('ended, 2 times since this was said last');
    clock.nowMs = 80_000;
    expect(policy.score(TASK, nodes)).to.deep.equal([0]);
    expect(policy.failure).to.equal(undefined);
  });

  it('should be left out where it throws or answers nonsense to one of its calls', async () => {
    const answers = ['null', '[NaN]', '[1, 2]', '[undefined]', '{}', '(() => { throw 3; })()'];
    const text = `let n = 0; const all = [() => [0], ${answers.map((one) => `() => (${one})`).join(', ')}];
      export default (task, nodes) => (task.name === 'name' ? [0, 0] : all[++n]());`;
    const { policy, clock } = await loaded(text);
    const failures = answers.map(() => {
      clock.nowMs += 10_000;
      return policy.score(TASK, [candidate(0)]) ?? policy.failure;
    });
    expect(failures).to.deep.equal([
      'answered null in place of an array of numbers',
      'gave NaN for a score',
      'gave 2 scores for 1 candidates',
      'gave undefined for a score',
      'answered an object in place of an array of numbers',
      'threw 3',
    ]);
  });

  it('should be the one that the documentation gives', async () => {
    const docs = readFileSync(join(import.meta.dirname, '../docs/policies.md'), 'utf8');
    const { policy } = await loaded(/```js\n(export default .*?)```/s.exec(docs)?.[1] ?? '');
    const office = { zone: 'office' };
    const nodes = [candidate(0), candidate(1, { ...office, free: 2 }), candidate(2, { ...office, free: 0, queued: 4 })];
    expect(policy.score(TASK, nodes)).to.deep.equal([1, 0.5, 3]);
  });
});
