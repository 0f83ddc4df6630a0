import { expect } from 'chai';
import { covey } from './support/covey.js';

describe('covey sim, as it is built', () => {
  it('should simulate in a thread of its own, the same story twice', async () => {
    const argv = ['sim', '--nodes', '4', '--tasks', '50', '--seed', '7', '--report', 'none', '-q'];
    const [first, second] = [await covey(argv), await covey(argv)];
    expect(first).to.include({ code: 0, stderr: '' });
    expect(first.stdout).to.match(/^[0-9a-f]{16}\n$/);
    expect(second.stdout).to.equal(first.stdout);
  });

  it('should find the scenarios that come with it, and refuse what is wrong', async () => {
    const { code, stderr } = await covey(['sim', 'rack-dies', '--partition', 'zone:rack-9@1s+1s']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^covey: --partition: no node is in zone 'rack-9' \(hint: there is rack-1, .*\)\n$/);
  });
});
