import { expect } from 'chai';
import { CommitRhythm } from '../../../../src/node/io/store/commit-rhythm.js';

describe('commit rhythm', () => {
  /** Writes every `everyMs`, each committed as soon as it may be. Returns the last pause. */
  const after = (writes: number, everyMs: number) => {
    const rhythm = new CommitRhythm();
    let pauseMs = 0;
    for (let i = 0; i < writes; i++) {
      rhythm.written(i * everyMs);
      pauseMs = rhythm.pauseMs(i * everyMs);
      if (pauseMs === 0) rhythm.committed(i * everyMs);
    }
    return pauseMs;
  };

  it('should commit at once while writes are few', () => {
    expect(after(1, 1)).to.equal(0);
    expect(after(15, 0.1)).to.equal(0);
    expect(after(1000, 1.2)).to.equal(0);
  });

  it('should gather while they are many, for a bounded time', () => {
    const rhythm = new CommitRhythm();
    for (let i = 0; i < 100; i++) rhythm.written(i * 0.5);
    rhythm.committed(49);
    expect(rhythm.pauseMs(50)).to.equal(2);
    expect(rhythm.pauseMs(52)).to.equal(0);
    expect(rhythm.pauseMs(70)).to.equal(0);
  });
});
