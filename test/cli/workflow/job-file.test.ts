import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { readJobFile } from '../../../src/cli/workflow/job-file.js';

interface Schema {
  readonly $defs: { readonly task: { readonly properties: Readonly<Record<string, unknown>> } };
}

const schema = JSON.parse(readFileSync('docs/job-file.schema.json', 'utf8')) as Schema;
const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);

/** A value of each key that a task may have. */
const EVERY = {
  command: ['make', '-j2'],
  shell: false,
  after: ['first', 'any:second'],
  name: 'all of it',
  cwd: 'src',
  env: { MODE: 'fast', LEVEL: 3 },
  stdin: 'in.txt',
  image: 'alpine:3',
  upload: 'src',
  output: ['*.png'],
  array: '1-9:2',
  'each-line': 'lines.txt',
  'from-json': 'items.json',
  'per-node': false,
  cpus: 1.5,
  mem: '64M',
  gpus: 1,
  resources: { licence: 2 },
  timeout: '5m',
  delay: '10s',
  hold: true,
  notify: './tell.sh',
  'notify-url': 'https://example.org/done',
  cron: '0 3 * * *',
  tz: 'UTC',
  overlap: 'skip',
  missed: 'run',
  priority: -10,
  queue: 'nightly',
  period: '3h',
  runtime: '1m',
  retries: 2,
  'retry-on': [75, 124],
  'max-parallel': 3,
  'max-fails': 0,
  deadline: '2h',
  contract: 'at-most-once',
  key: 'warm',
  policy: 'two-choices',
};

/** In place of a command. */
const CALL = { module: 'f.mjs', export: 'part', args: { width: 3 } };

const others = { first: { command: 'true' }, second: { command: 'true' } };

describe('a job file', () => {
  it('should have its tasks in an order in which each finds those that it waits for', () => {
    const text = `
[tasks.report]
command = "make report"
shell = true
after = ["any:test", "build"]
[tasks.test]
command = ["make", "test"]
array = 8
after = "build"
timeout = "5m"
[tasks.build]
command = ["make"]
env = { MODE = "fast" }
`;
    const [build, test, report, ...more] = readJobFile(text, 'flow.toml');
    expect(more).to.deep.equal([]);
    expect([build?.name, test?.name, report?.name]).to.deep.equal(['build', 'test', 'report']);
    expect(build?.options).to.deep.equal({ name: 'build', env: ['MODE=fast'] });
    expect(test?.options).to.deep.equal({ name: 'test', array: { first: 1, last: 8, step: 1 }, timeout: 300_000 });
    expect(test?.after).to.deep.equal([{ task: 'build', on: 'ok' }]);
    expect(report?.argv).to.deep.equal(['make report']);
    expect(report?.after).to.deep.equal([
      { task: 'test', on: 'any' },
      { task: 'build', on: 'ok' },
    ]);
  });

  it('should be the same in JSON', () => {
    const [one] = readJobFile('{ "tasks": { "one": { "command": ["true"], "retries": 2 } } }', 'flow.json');
    expect([one?.argv, one?.options]).to.deep.equal([['true'], { name: 'one', retries: 2 }]);
  });

  it('should take every key of its published schema, and no other', () => {
    expect(Object.keys({ ...EVERY, ...CALL })).to.have.members(Object.keys(schema.$defs.task.properties));
    const file = { tasks: { ...others, every: EVERY, call: CALL } };
    expect(validate(file), JSON.stringify(validate.errors)).to.equal(true);
    expect(readJobFile(JSON.stringify(file), 'flow.json')).to.have.length(4);
    const odd = { tasks: { ...others, every: { ...EVERY, color: 'red' } } };
    expect(validate(odd)).to.equal(false);
    expect(() => readJobFile(JSON.stringify(odd), 'flow.json')).to.throw("unknown key 'color'");
  });

  it('should refuse what is wrong, and say where', () => {
    const refusals: readonly (readonly [text: string, error: string])[] = [
      ['', 'flow.toml: tasks is missing'],
      ['[tasks]', 'flow.toml: tasks is missing'],
      ['[tasks.a', 'flow.toml:1:'],
      ['[tasks.a]\nshell = true', 'flow.toml:1: command is missing'],
      ['[tasks.a]\ncommand = []', 'flow.toml:2: command: [] is no command'],
      ['[tasks.a]\ncommand = "true"\nretrys = 2', "flow.toml:3: unknown key 'retrys'"],
      ['[tasks.a]\ncommand = "true"\narray = "9-1"', 'flow.toml:3: array: 9-1 runs backwards'],
      ['[tasks.a]\ncommand = "true"\ntimeout = "soon"', 'flow.toml:3: timeout: "soon" is not a duration'],
      ['[tasks.a]\ncommand = "true"\nafter = ["b"]', "flow.toml:3: after: there is no task 'b'"],
      ['[tasks.a]\ncommand = "true"\nafter = "a"', 'flow.toml:3: after: tasks wait for each other: a -> a'],
      ['[tasks.a]\ncommand = "true"\nafter = ["soon:a"]', "flow.toml:3: after: 'soon:a' names no task"],
      ['[tasks."a b"]\ncommand = "true"', 'flow.toml:1: "a b" is no name'],
      ['{ "tasks": [', 'flow.toml:1:13: close bracket expected'],
      ['{ "tasks": {\n  "a": { "command": "true",\n    "retrys": 2 } } }', "flow.toml:3: unknown key 'retrys'"],
      ['{ "tasks": {},\n }', 'flow.toml:2:2: property name expected'],
      ['{ "tasks": {} // none\n}', 'flow.toml:1:15: invalid comment token'],
      ['[tasks.a]\ncommand = "true"\nmax-parallel = 0', 'flow.toml:3: max-parallel: 0 is not a whole number from 1'],
      ['[tasks.a]\ncommand = "true"\nnotify = " "', 'flow.toml:3: notify: there is no command to notify by'],
      ['[tasks.a]\ncommand = "true"\nnotify-url = "x.org"', 'flow.toml:3: notify-url: "x.org" is no http or https'],
      ['{ "tasks": 3 }', 'flow.toml:1: tasks is not a table'],
    ];
    for (const [text, error] of refusals) expect(() => readJobFile(text, 'flow.toml'), text).to.throw(error);
  });

  it('should name a cycle of several, and none of those that only wait for it', () => {
    const task = (name: string, after: string) => `[tasks.${name}]\ncommand = "true"\nafter = "${after}"\n`;
    const text = task('outside', 'c') + task('a', 'c') + task('b', 'a') + task('c', 'b');
    expect(() => readJobFile(text, 'flow.toml')).to.throw(
      'flow.toml:12: after: tasks wait for each other: c -> b -> a -> c',
    );
  });
});
