import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Running } from './support/cli.js';

describe('The file of settings', () => {
  let dir: string;
  let file: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'covey-config-'));
    file = join(dir, 'flock.toml');
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const run = (text: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    writeFileSync(file, text);
    return new Running(argv, { env: { COVEY_CONFIG: file, ...env } }).ended;
  };
  const body = async (text: string, ...argv: readonly string[]) => {
    const { stdout, stderr } = await run(text, ['submit', '--dry-run', ...argv, '--', 'ls']);
    expect(stderr).to.equal('');
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it('should set options that the command line does not', async () => {
    const text = '[submit]\nretries = 2\nenv = ["A=1", "B=2"]\nshell = true\ntimeout = "5m"\n[run]\nretries = 9\n';
    expect(await body(text)).to.deep.include({ retries: 2, env: { A: '1', B: '2' }, shell: true, timeoutMs: 300_000 });
    expect(await body(text, '--retries', '3', '--env', 'C=3')).to.deep.include({ retries: 3, env: { C: '3' } });
  });

  it('should say where each setting comes from', async () => {
    const text = 'data = "/in/file"\n[up]\ncpus = 3\n';
    const from = async (argv: readonly string[], env = {}) => {
      const { stdout } = await run(text, ['config', '--json', ...argv], env);
      const { settings } = JSON.parse(stdout) as { settings: { name: string; value: unknown; from: string }[] };
      return settings.map(({ name, value, from: place }) => [name, value, place]);
    };
    const up = ['up.cpus', 3, `${file}:3`];
    expect(await from([])).to.deep.equal([
      ['data', '/in/file', `${file}:1`],
      ['addr', '/in/file/covey.sock', 'default'],
      up,
    ]);
    expect(await from([], { COVEY_DATA: '/in/env' })).to.deep.equal([
      ['data', '/in/env', 'COVEY_DATA'],
      ['addr', '/in/env/covey.sock', 'default'],
      up,
    ]);
    expect((await from(['--data', '/said'], { COVEY_DATA: '/in/env' }))[0]).to.deep.equal(['data', '/said', '--data']);
  });

  it('should be what is asked where nobody says otherwise', async () => {
    const nobody = /no daemon answers at \/in\/file\/covey\.sock/;
    expect((await run('data = "/in/file"', ['nodes'])).stderr).to.match(nobody);
    const said = await run('data = "/in/file"', ['nodes', '--data', '/said']);
    expect(said.stderr).to.match(/\/said\/covey\.sock/);
    const named = await run('addr = "/in/file.sock"', ['nodes'], { COVEY_DATA: '/in/env' });
    expect(named.stderr).to.match(/\/in\/env\/covey\.sock/);
  });

  const refused: [what: string, text: string, RegExp][] = [
    ['no TOML', 'data = ', /flock\.toml:1:\d+: .* \(hint: this is not TOML/],
    [
      'a key that nobody knows',
      '[submit]\nretriez = 3',
      /flock\.toml:2: unknown key 'retriez' \(hint: did you mean retries/,
    ],
    ['a value of the wrong kind', '[submit]\nretries = "many"', /flock\.toml:2: retries: .*is not a whole number/],
    ['a text in place of yes or no', '[submit]\nshell = "yes"', /flock\.toml:2: shell: 'yes' is neither/],
    ['a choice that there is not', '[submit]\ncontract = "once"', /flock\.toml:2: contract: 'once' is none of them/],
  ];
  for (const [what, text, reason] of refused) {
    it(`should be refused, with its place, for ${what}`, async () => {
      const { code, stderr } = await run(text, ['submit', '--dry-run', '--', 'ls']);
      expect([code, reason.test(stderr)], stderr).to.deep.equal([2, true]);
    });
  }

  it('should be refused where it is named and not there, and be missed by nobody where it is not', async () => {
    const missing = await new Running(['config'], { env: { COVEY_CONFIG: join(dir, 'none') } }).ended;
    expect(missing.stderr).to.match(/^covey: COVEY_CONFIG: .*none cannot be read/);
    const { code, stdout } = await new Running(['config'], { env: { HOME: dir } }).ended;
    expect([code, /^SETTING +VALUE +FROM\n/.test(stdout)]).to.deep.equal([0, true]);
  });
});
