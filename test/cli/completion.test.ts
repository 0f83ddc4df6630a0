import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { FakeDaemon } from '../client/support/fake-daemon.js';
import { JOB, jobAnswer, NODE, WHOLE } from '../client/support/views.js';
import { covey } from './support/cli.js';

/** Stands in for the real command within bash: it says what it was asked. */
const STUB = 'covey() { echo "$1-$2-one $1-$2-two"; if [ $# -gt 2 ]; then shift 2; echo "at:$*" | tr " " _; fi; }';

describe('completion', () => {
  let script = '';

  before(async () => {
    script = (await covey('/nowhere', 'completion', 'bash')).stdout;
  });

  /** What a real bash has to offer for the last of these words. */
  function offered(...words: readonly string[]): readonly string[] {
    const ask = 'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _covey; printf "%s\\n" "${COMPREPLY[@]}"';
    const all = `${STUB}\n${script}\n${ask}`;
    const args = ['--norc', '-c', all, 'bash', ...words];
    return execFileSync('bash', args, { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '');
  }

  it('should complete commands, whatever global options come before', () => {
    expect(offered('covey', 're')).to.deep.equal(['result', 'release', 'retry']);
    expect(offered('covey', '--addr', 'ls', 're')).to.deep.equal(['result', 'release', 'retry']);
    expect(offered('covey', '')).to.include.members(['up', 'completion', 'help']).and.not.to.include('complete');
    expect(offered('covey', '--js')).to.deep.equal(['--json']);
    expect(offered('covey', 'help', 'sho')).to.deep.equal(['show']);
    expect(offered('covey', 'sim', '')).to.deep.equal(['plan', 'table']);
  });

  it('should ask the daemon that the command line names', () => {
    expect(offered('covey', '--addr', 'x.sock', 'show', 'at:')).to.deep.equal(['at:--addr_x.sock']);
    expect(offered('covey', 'show', '--data', '/d', 'at:')).to.deep.equal(['at:--data_/d']);
    expect(offered('covey', 'show', '--addr', '=', 'x', 'at:')).to.deep.equal(['at:--addr_x']);
  });

  it('should complete options and what they take', () => {
    expect(offered('covey', 'ls', '--st')).to.deep.equal(['--state']);
    expect(offered('covey', '--json', 'ls', '--state', 'su')).to.deep.equal(['succeeded']);
    expect(offered('covey', 'ls', '--state', '=', 'su')).to.deep.equal(['succeeded']);
    expect(offered('covey', 'ls', '--state', '=')).to.include.members(['pending', 'running']);
    expect(offered('covey', 'up', '--log-level', 'wa')).to.deep.equal(['warn']);
    expect(offered('covey', 'up', '--exit')).to.deep.equal([]);
    expect(offered('covey', 'completion', '')).to.deep.equal(['bash', 'zsh', 'fish']);
  });

  it('should complete ids by what the daemon knows, and nothing in the command of a task', () => {
    expect(offered('covey', 'show', '')).to.deep.equal(['complete-jobs-one', 'complete-jobs-two']);
    expect(offered('covey', 'cancel', 'x', 'complete-jobs-t')).to.deep.equal(['complete-jobs-two']);
    expect(offered('covey', 'drain', '')).to.deep.equal(['complete-nodes-one', 'complete-nodes-two']);
    expect(offered('covey', 'run', '--', 'ls', '--st')).to.deep.equal([]);
    expect(offered('covey', 'show', '--addr', '')).to.deep.equal([]);
  });

  it('should have every option of every command in each script', async () => {
    const [zsh, fish] = await Promise.all(['zsh', 'fish'].map((shell) => covey('/nowhere', 'completion', shell)));
    const names = offered('covey', '').filter((name) => name !== 'help');
    expect(names).to.have.length.above(20);
    for (const name of names) {
      const flags = offered('covey', name, '--');
      expect(flags, name).to.include('--json');
      const zshLine = zsh?.stdout.split('\n').find((line) => line.startsWith(`    ${name}) _arguments`));
      for (const flag of flags) {
        expect(zshLine, name).to.contain(`'*${flag}[`);
        expect(fish?.stdout, name).to.match(new RegExp(`_from ${name}'( -s \\w)? -l ${flag.slice(2)} `));
      }
    }
  });

  it('should list ids, and nothing where no daemon answers', async () => {
    const daemon = await FakeDaemon.start();
    try {
      daemon
        .answers('GET /v1/jobs', { jobs: [jobAnswer('succeeded')], cursor: null, ...WHOLE })
        .answers('GET /v1/nodes', { nodes: [{ id: NODE }] });
      expect(await covey(daemon.data, 'complete', 'jobs')).to.include({ code: 0, stdout: `${JOB}\n` });
      expect(await covey(daemon.data, 'complete', 'nodes')).to.include({ code: 0, stdout: `${NODE}\n` });
    } finally {
      await daemon.close();
    }
    expect(await covey(daemon.data, 'complete', 'jobs')).to.deep.equal({ code: 0, stdout: '', stderr: '' });
  });
});
