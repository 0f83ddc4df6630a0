import { expect } from 'chai';
import fc from 'fast-check';
import { userInfo } from 'node:os';
import type { SubmitBody } from '../../src/api/schema.js';
import { submissionOf } from '../../src/api/submission.js';
import { CoveyError } from '../../src/kernel/errors.js';
import { jobId } from '../../src/kernel/ids.js';

const WALL_MS = Date.UTC(2026, 10, 1);
const body = (more: Partial<SubmitBody> = {}): SubmitBody => ({ argv: ['true'], ...more });
const make = (more: Partial<SubmitBody> = {}, key?: string, wallMs = WALL_MS) => submissionOf(body(more), key, wallMs);

describe('submission', () => {
  it('should fill in what was not said', () => {
    const { spec, range, items, isKeyed } = make({ argv: ['/usr/bin/env', 'x'] });
    const needs = { cpus: 1, memBytes: 0, gpus: 0, custom: {} };
    expect(spec).to.deep.equal({
      ...{ name: 'env', submitter: userInfo().username, argv: ['/usr/bin/env', 'x'], shell: false, env: {} },
      ...{ retries: 0, contract: 'at-least-once', needs },
    });
    expect({ range, items, isKeyed }).to.deep.equal({
      range: { first: 0, step: 1, count: 1 },
      items: undefined,
      isKeyed: false,
    });
    expect(make({ needs: { cpus: 0.5 } }).spec.needs).to.deep.equal({ ...needs, cpus: 0.5 });
  });

  it('should have a job with an image need a container besides what it needs', () => {
    const { image, needs } = make({ image: 'ghcr.io/a/b:1@sha256:0', needs: { custom: { licence: 1 } } }).spec;
    expect({ image, custom: needs.custom }).to.deep.equal({
      ...{ image: 'ghcr.io/a/b:1@sha256:0', custom: { licence: 1, container: 1 } },
    });
    for (const odd of ['--privileged', 'a b', '', 'x\0'])
      expect(() => make({ image: odd }), odd).to.throw('is not the name of an image');
    const call = { argv: [], function: { module: '/f.mjs' }, image: 'alpine' };
    expect(() => make(call)).to.throw('a function and an image exclude each other');
  });

  it('should take whom to tell of the end, and refuse what cannot be told', () => {
    const notify = { command: './tell.sh', url: 'https://example.org/done' };
    expect(make({ notify }).spec.notify).to.deep.equal(notify);
    expect(make({ notify }).digest).not.to.equal(make().digest);
    for (const [odd, says] of [
      [{}, 'names nobody'],
      [{ command: ' ' }, 'there is no command'],
      [{ command: 'x\0' }, 'NUL'],
      [{ url: '/done' }, 'is no http or https URL'],
      [{ url: 'file:///etc/passwd' }, 'is no http or https URL'],
      [{ url: `https://example.org/${'x'.repeat(2048)}` }, 'it has 2068 characters; at most 2048'],
    ] as const)
      expect(() => make({ notify: odd }), JSON.stringify(odd)).to.throw(CoveyError, says);
  });

  it('should count the tasks of a range and of lines', () => {
    const range = (first: number, last: number, step: number) =>
      make({ tasks: { kind: 'range', first, last, step } }).range;
    expect(range(1, 9, 2)).to.deep.equal({ first: 1, step: 2, count: 5 });
    expect(range(1, 10, 2).count).to.equal(5);
    expect(range(7, 7, 1000).count).to.equal(1);
    expect(range(0, 999_999, 1).count).to.equal(1_000_000);
    const lines = make({ tasks: { kind: 'lines', lines: ['a', '', 'c'] } });
    expect([lines.range, lines.items]).to.deep.equal([{ first: 0, step: 1, count: 3 }, ['a', '', 'c']]);
  });

  it('should know equal submissions by their digest', () => {
    const stdin = (text: string) => ({ stdin: Buffer.from(text).toString('base64') });
    expect(make(stdin('a')).digest).to.equal(make(stdin('a')).digest);
    const others: Partial<SubmitBody>[] = [
      ...[{}, stdin('a'), stdin('b'), { argv: ['false'] }, { argv: ['true', ''] }, { retries: 1 }, { cwd: '/' }],
      ...[{ env: { A: '1' } }, { needs: { cpus: 2 } }, { timeoutMs: 5 }, { key: 'k' }, { shell: true }],
      ...[
        { tasks: { kind: 'range' as const, first: 1, last: 1, step: 1 } },
        { tasks: { kind: 'lines' as const, lines: [''] } },
      ],
    ];
    expect(new Set(others.map((other) => make(other).digest)).size).to.equal(others.length);
  });

  it('should not mind in what order variables are written', () => {
    const digests = [
      { A: '1', B: '2' },
      { B: '2', A: '1' },
      { A: '2', B: '1' },
    ].map((env) => make({ env }).digest);
    expect(digests[1]).to.equal(digests[0]);
    expect(digests[2]).to.not.equal(digests[0]);
  });

  it('should give fresh ids that sort by time and differ', () => {
    const times = Array.from({ length: 50 }, (_, i) => WALL_MS + i * 12_345);
    const ids = times.map((wallMs) => make({}, undefined, wallMs).job);
    expect(ids.slice().sort()).to.deep.equal(ids);
    expect(new Set(Array.from({ length: 1000 }, () => make().job)).size).to.equal(1000);
  });

  it('should give one id to one key, whenever it comes and whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (key) => {
        const { job, isKeyed } = make({}, key);
        expect(jobId(job)).to.equal(job);
        expect({ job, isKeyed }).to.deep.equal({ job: make({ argv: ['x'] }, key, WALL_MS + 1e9).job, isKeyed: true });
        expect(make({}, `${key}.`).job).to.not.equal(job);
      }),
    );
  });

  it('should take the time of an id from a fresh key, a time that cannot be too', () => {
    const key = (ms: number) => `fresh-${String(ms).padStart(13, '0')}-x`;
    const { job, isKeyed } = make({}, key(WALL_MS));
    expect(isKeyed).to.equal(false);
    expect(job).to.equal(make({}, key(WALL_MS), WALL_MS + 1e9).job);
    expect(job.slice(0, 8)).to.equal(make().job.slice(0, 8));
    for (const ms of [0, 1, 1_577_836_799_999, 9_999_999_999_999])
      expect(make({}, key(ms)).job).to.match(/^[0-9a-z]{18}$/);
    expect(make({}, 'fresh-123-x').isKeyed).to.equal(true);
  });

  it('should read stdin from base64, padded or not', () => {
    for (const text of ['aGVsbG8=', 'aGVsbG8']) {
      expect(Buffer.from(make({ stdin: text }).spec.stdin!).toString()).to.equal('hello');
    }
    expect(make({ stdin: '' }).spec.stdin).to.deep.equal(new Uint8Array(0));
    for (const text of ['hello!', 'aGVs bG8=', 'a===', '='])
      expect(() => make({ stdin: text }), text).to.throw(CoveyError);
  });
});
