import { expect } from 'chai';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { dataDirectory, locate } from '../../src/client/address.js';
import { failure } from '../support/failure.js';

describe('the address of a daemon', () => {
  it('should be the socket in the data directory of the user by default', () => {
    const path = join(homedir(), '.covey', 'covey.sock');
    expect(locate({}, {})).to.deep.equal([{ kind: 'socket', path, name: path }]);
  });

  it('should prefer what is given to the environment, and an address to a directory', () => {
    const env = { COVEY_ADDR: '/env.sock', COVEY_DATA: '/env' };
    expect(locate({ addr: '/a.sock', data: '/d' }, env)[0].name).to.equal('/a.sock');
    expect(locate({ data: '/d' }, env)[0].name).to.equal('/d/covey.sock');
    expect(locate({}, env)[0].name).to.equal('/env.sock');
    expect(locate({}, { COVEY_DATA: '/env' })[0].name).to.equal('/env/covey.sock');
    expect(locate({}, { COVEY_ADDR: '', COVEY_DATA: '' })[0].name).to.equal(join(homedir(), '.covey', 'covey.sock'));
  });

  it('should read HTTP addresses with and without their scheme', () => {
    const tcp = { kind: 'tcp', host: '127.0.0.1', port: 8080, name: 'http://127.0.0.1:8080' };
    expect(locate({ addr: 'http://127.0.0.1:8080' }, {})).to.deep.equal([tcp]);
    expect(locate({ addr: '127.0.0.1:8080' }, {})).to.deep.equal([tcp]);
    expect(locate({ addr: 'http://[::1]:99/' }, {})[0]).to.deep.include({ host: '::1', port: 99 });
  });

  it('should be several where several are given', () => {
    const names = (...of: Parameters<typeof locate>) => locate(...of).map(({ name }) => name);
    expect(names({ addr: ['/a.sock', '127.0.0.1:1'] }, {})).to.deep.equal(['/a.sock', 'http://127.0.0.1:1']);
    expect(names({}, { COVEY_ADDR: '/a.sock,localhost:2,' })).to.deep.equal(['/a.sock', 'http://localhost:2']);
    expect(names({ addr: [] }, { COVEY_DATA: '/d' })).to.deep.equal(['/d/covey.sock']);
  });

  it('should take a relative path from here', () => {
    expect(locate({ addr: 'x/covey.sock' }, {})[0].name).to.equal(join(process.cwd(), 'x/covey.sock'));
    expect(dataDirectory('here', {})).to.equal(join(process.cwd(), 'here'));
  });

  it('should refuse other schemes and paths that no socket can have', async () => {
    expect(await failure(() => locate({ addr: 'https://x:1' }, {}))).to.include({ code: 'usage' });
    expect(await failure(() => locate({ addr: 'http://:x' }, {}))).to.include({ code: 'usage' });
    const long = await failure(() => locate({ data: `/${'d'.repeat(120)}` }, {}));
    expect(long).to.include({ code: 'usage', hint: 'choose a shorter --data' });
  });
});
