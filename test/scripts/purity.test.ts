import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

/** What the core may not touch, where lint sees it. */
const forLint = {
  'the clock': 'export const t = () => Date.now();',
  chance: 'export const r = () => Math.random();',
  promises: 'export const p = Promise.resolve();',
  'async functions': 'export async function f(): Promise<void> {}',
  "Node's modules": "export { readFileSync } from 'node:fs';",
  libp2p: "export { createLibp2p } from 'libp2p';",
  'io rooms': "export { one } from './io/one.js';",
};

/** What the compiler sees, since the core's world has neither DOM nor Node. */
const forCompiler = {
  timers: 'setTimeout(() => undefined, 1);',
  microtasks: 'queueMicrotask(() => undefined);',
  'the process': 'export const pid = process.pid;',
  'a monotonic clock': 'export const t = performance.now();',
  'the network': "void fetch('http://127.0.0.1');",
};

/** A name for the sample of it. */
const file = (what: string) => `${what.replaceAll(/\W/g, '-')}.ts`;

describe('purity of the core', function () {
  this.timeout(60_000);

  describe('lint', () => {
    const rooms = ['src/ring', 'src/executor/io'] as const;
    let dir: string;
    let found: Set<string>;

    before(() => {
      dir = mkdtempSync(join(tmpdir(), 'covey-purity-'));
      cpSync('.oxlintrc.json', join(dir, '.oxlintrc.json'));
      for (const room of rooms) {
        mkdirSync(join(dir, room), { recursive: true });
        for (const [what, source] of Object.entries(forLint)) writeFileSync(join(dir, room, file(what)), `${source}\n`);
      }
      const argv = [resolve('node_modules/oxlint/bin/oxlint'), '--format', 'json'];
      const { diagnostics } = JSON.parse(spawnSync(process.execPath, argv, { cwd: dir, encoding: 'utf8' }).stdout) as {
        diagnostics: { code: string; filename: string }[];
      };
      const purity = diagnostics.filter(({ code }) => /no-restricted|no-async-await/.test(code));
      found = new Set(purity.map(({ filename }) => filename));
    });

    after(() => rmSync(dir, { recursive: true, force: true }));

    for (const what of Object.keys(forLint)) {
      it(`should keep ${what} out`, () => {
        expect([...found]).to.include(`src/ring/${file(what)}`);
      });
      it(`should let io rooms have ${what}`, () => {
        expect([...found]).not.to.include(`src/executor/io/${file(what)}`);
      });
    }
  });

  describe('compiler', () => {
    let dir: string;
    let errors: string;

    before(() => {
      dir = mkdtempSync(join(tmpdir(), 'covey-purity-'));
      const sources = [...Object.values(forCompiler), 'export const fine = [1, 2].toSorted();'];
      for (const [index, source] of sources.entries()) writeFileSync(join(dir, `sample${index}.ts`), `${source}\n`);
      writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
      writeFileSync(
        join(dir, 'tsconfig.json'),
        JSON.stringify({
          extends: resolve('tsconfig.core.json'),
          compilerOptions: { rootDir: '.' },
          include: ['*.ts'],
          exclude: [],
        }),
      );
      errors = spawnSync(process.execPath, ['node_modules/@typescript/native/bin/tsc', '-p', dir], {
        encoding: 'utf8',
      }).stdout;
    });

    after(() => rmSync(dir, { recursive: true, force: true }));

    for (const [index, what] of Object.keys(forCompiler).entries()) {
      it(`should keep ${what} out`, () => {
        expect(errors).to.match(new RegExp(`sample${index}\\.ts.*error TS(2304|2591|2584)`));
      });
    }

    it('should take plain computing', () => {
      expect(errors).not.to.include(`sample${Object.keys(forCompiler).length}.ts`);
    });
  });
});
