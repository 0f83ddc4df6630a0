import { expect } from 'chai';
import { commandOf } from '../../src/executor/command.js';
import type { Command } from '../../src/executor/runner.js';
import type { Work } from '../../src/executor/assignment.js';
import { assignmentOf, JOB, SELF, workOf } from './support.js';

function startable(...given: Parameters<typeof commandOf>): Command {
  const command = commandOf(...given);
  if (typeof command === 'string' || command.kind !== 'command') throw new Error(JSON.stringify(command));
  return command;
}

describe('The command of an assignment', () => {
  it('should put the item wherever {} stands in the command, as it is', () => {
    const work = workOf({ argv: ['convert', '{}', 'out/{}-{}.png', '{ }'] });
    const { argv } = startable(assignmentOf(4, { work, item: "a $& $1 {} 'b'" }), SELF, {});
    const item = "a $& $1 {} 'b'";
    expect(argv).to.deep.equal(['convert', item, `out/${item}-${item}.png`, '{ }']);
  });

  it('should show the index where a task has no item, and an empty item as nothing', () => {
    const work = workOf({ argv: ['echo', '<{}>'] });
    expect(startable(assignmentOf(4, { work }), SELF, {}).argv[1]).to.equal('<4>');
    const empty = startable(assignmentOf(4, { work, item: '' }), SELF, {});
    expect([empty.argv[1], empty.env['COVEY_ITEM']]).to.deep.equal(['<>', '']);
  });

  it("should let the job's variables win over the base, and the task's own over both", () => {
    const work = workOf({ env: { PATH: '/job', COVEY_EPOCH: 'forged', EMPTY: '' } });
    const base = { PATH: '/base', HOME: '/home', COVEY_NODE: 'forged' };
    expect(startable(assignmentOf(4, { work, epoch: 7, attempt: 2, item: 'x' }), SELF, base).env).to.deep.equal({
      ...{ PATH: '/job', HOME: '/home', EMPTY: '' },
      ...{ COVEY_TASK: `${JOB}/4`, COVEY_JOB: JOB, COVEY_INDEX: '4', COVEY_EPOCH: '7', COVEY_ATTEMPT: '2' },
      ...{ COVEY_NODE: SELF, COVEY_ITEM: 'x' },
    });
  });

  it('should give a container what is of the task, and nothing of this machine', () => {
    const work = workOf({ image: 'alpine:3', env: { MODE: 'fast' } });
    const { container, env } = startable(assignmentOf(4, { work }), SELF, { PATH: '/base', COVEY_ADDR: '/s' });
    expect(env).to.deep.equal({});
    expect(container?.image).to.equal('alpine:3');
    expect(container?.env).to.include({ MODE: 'fast', COVEY_INDEX: '4' }).and.not.have.any.keys('PATH', 'COVEY_ADDR');
  });

  it('should pass on nothing of the environment it runs in', () => {
    process.env['COVEY_LEAK'] = 'secret';
    try {
      expect(startable(assignmentOf(0), SELF, {}).env).not.to.have.any.keys('COVEY_LEAK', 'PATH');
    } finally {
      delete process.env['COVEY_LEAK'];
    }
  });

  it('should hand shell, directory and input through unchanged', () => {
    const stdin = new Uint8Array([123, 125]);
    const work = workOf({ argv: ['echo {}'], shell: true, cwd: '/tmp/{}', stdin });
    expect(startable(assignmentOf(1, { work }), SELF, {})).to.deep.include({
      ...{ argv: ['echo 1'], shell: true, cwd: '/tmp/{}', stdin },
    });
  });

  it('should say of whose end it tells, and have no item in it', () => {
    const start = { after: [{ job: JOB }] };
    const work = workOf({ argv: ['echo {}'], shell: true, notice: 'command', start });
    expect(startable(assignmentOf(0, { work }), SELF, {})).to.deep.include({
      ...{ argv: ['echo {}'], notice: { of: JOB, by: 'command' } },
    });
  });

  it('should not be made where it could never run', () => {
    const work = workOf({ argv: ['echo', '{}'.repeat(9000)] });
    expect(commandOf(assignmentOf(0, { work, item: 'x'.repeat(65_536) }), SELF, {})).to.match(/589824\d+ characters/);
  });
});

describe('The call of an assignment', () => {
  const called = (input: NonNullable<Work['function']>['input'], item?: string, args?: string) => {
    const work = workOf({
      argv: [],
      cwd: '/w',
      env: { A: 'b' },
      function: { module: 'm.mjs', export: 'f', input, args },
    });
    return commandOf(assignmentOf(4, { work, item }), SELF, { PATH: '/bin' });
  };

  it('should have the arguments, the index or the item as its input', () => {
    expect(called('args', undefined, '{"a":1}')).to.include({ kind: 'function', input: '{"a":1}', args: '{"a":1}' });
    expect(called('args')).to.include({ input: 'null', args: undefined });
    expect(called('index', undefined, '7')).to.include({ input: '4', args: '7' });
    expect(called('text', 'a "line"')).to.include({ input: '"a \\"line\\""' });
    expect(called('json', '[1]')).to.include({ input: '[1]' });
  });

  it('should name its place, and have no variables but those of its job', () => {
    const place = { module: 'm.mjs', export: 'f', cwd: '/w', job: JOB, index: 4, attempt: 1, node: SELF };
    expect(called('args')).to.deep.include({ ...place, env: { A: 'b' } });
  });
});
