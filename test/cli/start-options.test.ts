import { expect } from 'chai';
import { parseWhen } from '../../src/cli/start-options.js';

describe('--at', () => {
  const now = new Date(2026, 10, 27, 12, 30, 15);
  const at = (text: string) => parseWhen(text, now);
  const here = (...parts: [number, number, number, number, number, number?]) => new Date(...parts).toISOString();

  it('should take a time of day as the next one here', () => {
    expect(at('18:45')).to.equal(here(2026, 10, 27, 18, 45));
    expect(at('12:30:16')).to.equal(here(2026, 10, 27, 12, 30, 16));
    expect(at('12:30'), 'that is past').to.equal(here(2026, 10, 28, 12, 30));
    expect(at('0:00')).to.equal(here(2026, 10, 28, 0, 0));
  });

  it('should take a date with a time, here or in a zone that is named', () => {
    expect(at('2026-12-24T18:30')).to.equal(here(2026, 11, 24, 18, 30));
    expect(at('2026-12-24 18:30:05')).to.equal(here(2026, 11, 24, 18, 30, 5));
    expect(at('2026-12-24T18:30:00Z')).to.equal('2026-12-24T18:30:00.000Z');
    expect(at('2026-12-24T18:30+02:00')).to.equal('2026-12-24T16:30:00.000Z');
  });

  it('should refuse what is no time, or a date alone', () => {
    for (const text of ['', 'noon', '24:00', '12:60', '7', '2026-12-24', '2026-13-01T00:00']) {
      expect(() => at(text), text).to.throw('is no time');
    }
  });
});
