import { expect } from 'chai';
import { asCommand } from '../../../src/executor/io/notice.js';
import type { Command } from '../../../src/executor/runner.js';
import { jobId } from '../../../src/kernel/ids.js';

const plain: Command = { kind: 'command', argv: ['-x {}'], shell: true, env: { A: 'b' }, cwd: '/w' };

describe('a command that tells of the end of a job', () => {
  it('should be run by covey, which asks how that ended', () => {
    const notice = { of: jobId('job1'), by: 'command' as const };
    const { argv, shell, env, cwd } = asCommand({ ...plain, notice }, ['/node', '/covey.mjs']);
    expect(argv).to.deep.equal(['/node', '/covey.mjs', 'notice', 'command', 'job1', '--', '-x {}']);
    expect({ shell, env, cwd }).to.deep.equal({ shell: false, env: { A: 'b' }, cwd: '/w' });
  });

  it('should stay as it is where it tells of nothing', () => {
    expect(asCommand(plain, ['/node'])).to.equal(plain);
  });
});
