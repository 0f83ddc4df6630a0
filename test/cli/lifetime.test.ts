import { expect } from 'chai';
import { Lifetime } from '../../src/cli/lifetime.js';
import { until } from '../support/until.js';

describe('lifetime', () => {
  it('should put everything away once, the last first, whatever fails', async () => {
    const done: string[] = [];
    const life = new Lifetime(() => undefined);
    life.atEnd(() => done.push('first'));
    life.atEnd(() => {
      throw new Error('broken');
    });
    life.atEnd(() => Promise.reject(new Error('broken')));
    life.atEnd(async () => {
      await Promise.resolve();
      done.push('last');
    });
    await Promise.all([life.close(), life.close()]);
    expect(done).to.deep.equal(['last', 'first']);
  });

  it('should end at a signal unless a command takes it', async () => {
    const exits: number[] = [];
    const life = new Lifetime((code) => exits.push(code));
    const heard: string[] = [];
    life.onSignal((signal) => heard.push(signal));
    life.signal('SIGINT');
    expect(heard).to.deep.equal(['SIGINT']);
    expect(exits).to.deep.equal([]);
    const plain = new Lifetime((code) => exits.push(code));
    plain.signal('SIGTERM');
    await until('it has ended', () => exits.length === 1);
    expect(exits).to.deep.equal([143]);
  });

  it('should not wait for anything at the second signal', () => {
    const exits: number[] = [];
    const life = new Lifetime((code) => exits.push(code));
    let release: () => void = () => undefined;
    life.atEnd(() => new Promise<void>((resolve) => (release = resolve)));
    life.signal('SIGINT');
    expect(exits).to.deep.equal([]);
    life.signal('SIGINT');
    expect(exits).to.deep.equal([130]);
    release();
  });
});
