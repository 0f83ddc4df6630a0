import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { ESLint, type Linter } from 'eslint';
import tseslint from 'typescript-eslint';

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

describe('purity of the core', function () {
  this.timeout(60_000);

  describe('lint', () => {
    const eslint = new ESLint({
      overrideConfig: [
        tseslint.configs.disableTypeChecked,
        { languageOptions: { parserOptions: { projectService: false } } },
      ] as Linter.Config[],
    });
    const lint = async (source: string, path: string) => {
      const [result] = await eslint.lintText(`${source}\n`, { filePath: path });
      return (result?.messages ?? []).map(({ ruleId }) => ruleId).filter((rule) => rule?.startsWith('no-restricted'));
    };

    for (const [what, source] of Object.entries(forLint)) {
      it(`should keep ${what} out`, async () => {
        expect(await lint(source, 'src/ring/sample.ts')).to.have.lengthOf(1);
      });
    }

    it('should let io rooms touch the world', async () => {
      for (const source of Object.values(forLint)) {
        expect(await lint(source, 'src/executor/io/sample.ts')).to.deep.equal([]);
      }
    });
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
      errors = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', dir], { encoding: 'utf8' }).stdout;
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
