import { expect } from 'chai';
import { Home } from './support/home.js';

describe('a coordinator whose offers are refused for hours', () => {
  it('should ask for a new ballot before its epochs run out, once', function () {
    this.timeout(30_000);
    const home = new Home({ x: 64 });
    home.open(64);
    const refusal = { accepted: [], load: { boot: 1, running: 0, queued: 0 }, bound: 1 };
    const now = { monoMs: 0, wallMs: 0 };
    let asked = 0;
    for (let i = 0; i < 2 ** 14 && asked === 0; i++) {
      home.home.reopen('x' as never);
      for (const effect of home.home.pump({ ...now, monoMs: i * 300 })) {
        if (effect.kind !== 'ask') continue;
        const message = { kind: 'task.offered' as const, ...refusal } as never;
        const effects = home.home.step({ kind: 'reply', from: effect.to, tag: effect.tag, message }, now);
        asked += effects.filter(({ kind }) => kind === 'renew').length;
        if (asked > 0) home.take(effects);
      }
    }
    expect(asked).to.equal(1);
    home.sync();
    home.home.reopen('x' as never);
    home.nowMs = 1e9;
    expect(home.pump()[0], 'under the next').to.match(/^offer x 0@2\.1 /);
  });
});
