import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { expect } from 'chai';

interface Cruised {
  readonly summary: {
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
  };
}

/** Who imports what, and the rule of .dependency-cruiser.cjs that forbids it. */
const imports: readonly (readonly [from: string, to: string, rule: string | undefined])[] = [
  ['kernel/a', 'ring/b', 'layer-kernel'],
  ['kernel/a', 'kernel/b', undefined],
  ['ring/a', 'kernel/b', undefined],
  ['ring/a', 'membership/b', 'layer-ring'],
  ['membership/a', 'tasks/b', 'layer-membership'],
  ['tasks/a', 'executor/b', 'layer-tasks'],
  ['executor/a', 'executor/io/b', 'layer-executor'],
  ['executor/io/a', 'executor/b', undefined],
  ['executor/io/a', 'node/io/b', 'layer-executor-io'],
  ['placement/a', 'ring/b', undefined],
  ['placement/a', 'node/core/b', 'layer-placement'],
  ['node/core/a', 'placement/b', undefined],
  ['node/core/a', 'node/io/b', 'layer-node-core'],
  ['node/core/a', 'executor/io/b', 'layer-node-core'],
  ['node/io/a', 'node/core/b', undefined],
  ['node/io/a', 'node/driver', 'layer-node-io'],
  ['client/a', 'api/schema', undefined],
  ['client/a', 'node/b', 'client-stands-alone'],
  ['cli/a', 'client/b', undefined],
  ['cli/a', 'node/b', 'commands-speak-to-the-client'],
  ['cli/commands/up', 'node/b', undefined],
];

describe('layers', function () {
  this.timeout(60_000);
  const found = new Map<string, string[]>();
  let dir: string;

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-layers-'));
    for (const [index, [from, to]] of imports.entries()) {
      write(`src/${to}${index}.ts`, 'export const one = 1;\n');
      write(`src/${from}${index}.ts`, `export * from '${specifier(`src/${from}`, `src/${to}${index}`)}';\n`);
    }
    write('src/ring/circle-a.ts', `export * from './circle-b.js';\n`);
    write('src/ring/circle-b.ts', `export * from './circle-a.js';\n`);
    write('package.json', '{ "type": "module" }');
    cpSync('tsconfig.json', join(dir, 'tsconfig.json'));
    for (const { from, rule } of cruise(dir)) found.set(from, [...(found.get(from) ?? []), rule.name]);
  });

  after(() => rmSync(dir, { recursive: true, force: true }));

  for (const [index, [from, to, rule]] of imports.entries()) {
    it(`should ${rule === undefined ? 'let' : 'forbid'} ${from} import ${to}`, () => {
      expect(found.get(`src/${from}${index}.ts`)).to.deep.equal(rule === undefined ? undefined : [rule]);
    });
  }

  it('should forbid circles', () => {
    expect(found.get('src/ring/circle-a.ts')).to.deep.equal(['no-circular']);
  });

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
});

function specifier(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return `${path.startsWith('.') ? path : `./${path}`}.js`;
}

function cruise(dir: string): Cruised['summary']['violations'] {
  const tool = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [tool, '--config', resolve('.dependency-cruiser.cjs'), '--output-type', 'json', 'src'];
  return (JSON.parse(execFileSync(process.execPath, args, { cwd: dir, encoding: 'utf8' })) as Cruised).summary
    .violations;
}
