import { expect } from 'chai';
import { CoveyError } from '../../../src/kernel/errors.js';
import {
  isLoopback,
  parseMultiaddr,
  peerOf,
  placeOf,
  toHostPort,
  toMultiaddr,
} from '../../../src/node/io/addresses.js';

const ID = '12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo';

function refusal(act: () => unknown): CoveyError {
  try {
    act();
  } catch (error) {
    if (error instanceof CoveyError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('addresses', () => {
  it('should turn HOST:PORT into a multiaddr and back', () => {
    const pairs = {
      '127.0.0.1:4700': '/ip4/127.0.0.1/tcp/4700',
      '0.0.0.0:0': '/ip4/0.0.0.0/tcp/0',
      '[::1]:4700': '/ip6/::1/tcp/4700',
      'node-1.example.org:65535': '/dns/node-1.example.org/tcp/65535',
      'localhost:1': '/dns/localhost/tcp/1',
    };
    for (const [typed, address] of Object.entries(pairs)) {
      expect(toMultiaddr(typed)).to.equal(address);
      expect(toHostPort(address)).to.equal(typed);
    }
  });

  it('should take a multiaddr as it is, with or without an id', () => {
    for (const address of ['/ip4/10.0.0.1/tcp/1', `/dns4/a.b/tcp/4700/p2p/${ID}`]) {
      expect(toMultiaddr(address)).to.equal(address);
    }
    expect(peerOf(`/ip4/10.0.0.1/tcp/1/p2p/${ID}`)).to.equal(ID);
    expect(peerOf('/ip4/10.0.0.1/tcp/1')).to.equal(undefined);
    expect(placeOf(`/ip4/10.0.0.1/tcp/1/p2p/${ID}`)).to.equal('/ip4/10.0.0.1/tcp/1');
    expect(toHostPort(`/ip4/10.0.0.1/tcp/1/p2p/${ID}`)).to.equal('10.0.0.1:1');
  });

  it('should refuse what is no address, with a hint', () => {
    const typed = [
      '',
      'host',
      ':4700',
      'host:',
      'host:70000',
      '::1:4700',
      '1.2.3:4700',
      '[host]:1',
      'a b:1',
      'x:-1',
      '-a:1',
    ];
    for (const text of typed) {
      const error = refusal(() => toMultiaddr(text));
      expect([error.code, error.hint !== undefined], text).to.deep.equal(['usage', true]);
    }
    const multiaddrs = [
      '/ip4/1.2.3',
      '/ip4/1.2.3.4',
      '/ip4/1.2.3.4/udp/1',
      '/ip4/1.2.3.4/tcp/99999',
      '/tcp/1',
      '/',
      'x',
    ];
    for (const text of [...multiaddrs, '/ip4/1.2.3.4/tcp/1/ws', '/ip4/1.2.3.4/tcp/1/p2p/nobody']) {
      expect(refusal(() => parseMultiaddr(text)).code, text).to.equal('usage');
    }
  });

  it('should tell what only this machine can reach', () => {
    for (const near of ['/ip4/127.0.0.1/tcp/1', '/ip4/127.9.9.9/tcp/1', '/ip6/::1/tcp/1', '/dns4/localhost/tcp/1']) {
      expect(isLoopback(near), near).to.equal(true);
    }
    for (const far of ['/ip4/0.0.0.0/tcp/1', '/ip4/10.0.0.1/tcp/1', '/ip6/::/tcp/1', '/dns/127.example.org/tcp/1']) {
      expect(isLoopback(far), far).to.equal(false);
    }
  });
});
