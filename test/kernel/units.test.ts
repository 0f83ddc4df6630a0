import { expect } from 'chai';
import fc from 'fast-check';
import { CoveyError } from '../../src/kernel/errors.js';
import { formatDuration, parseDuration, parseSize } from '../../src/kernel/units.js';

const refuses = (read: (text: string) => number, texts: string[]) => {
  for (const text of texts) {
    expect(() => read(text), JSON.stringify(text))
      .to.throw(CoveyError, JSON.stringify(text))
      .that.includes({ code: 'usage' });
  }
};

describe('durations', () => {
  it('should be read in milliseconds, a bare number in seconds', () => {
    const read = { '500ms': 500, '30s': 30_000, '5m': 300_000, '2h': 7_200_000, '1d': 86_400_000, '7': 7000 };
    for (const [text, ms] of Object.entries(read)) expect(parseDuration(text), text).to.equal(ms);
    expect(parseDuration('1.5h')).to.equal(5_400_000);
    expect(parseDuration(' 366d ')).to.equal(366 * 86_400_000);
  });

  it('should be refused where they are none, nothing, or more than a year', () => {
    refuses(parseDuration, [
      '',
      '0',
      '0s',
      '-1s',
      '1 s',
      's',
      '1w',
      '1M',
      '1e3',
      'NaN',
      'Infinity',
      '1h30m',
      '.5s',
      '367d',
    ]);
    refuses(parseDuration, ['9'.repeat(400)]);
  });

  it('should be shown in the two units that matter', () => {
    const shown: [number, string][] = [
      [0, '0ms'],
      [949.6, '950ms'],
      [2500, '2.5s'],
      [59_400, '59s'],
      [200_000, '3m 20s'],
      [7_500_000, '2h 5m'],
      [360_000_000, '100h 0m'],
    ];
    for (const [ms, text] of shown) expect(formatDuration(ms)).to.equal(text);
  });

  it('should never be shown as a full next unit', () => {
    for (const ms of [999.7, 9_960, 59_600, 59_999, 3_599_999]) {
      expect(formatDuration(ms), String(ms)).to.not.match(/^1000ms|^10\.0s|^60s|60m/);
    }
  });
});

describe('sizes', () => {
  it('should be read in bytes, by powers of 1024', () => {
    const read = { '1': 1, '1048576': 2 ** 20, '64M': 2 ** 26, '2G': 2 ** 31, '1.5G': 1.5 * 2 ** 30, '1T': 2 ** 40 };
    for (const [text, bytes] of Object.entries(read)) expect(parseSize(text), text).to.equal(bytes);
    for (const text of ['64K', '64k', '64KB', '64KiB', '64kb', ' 64K ']) expect(parseSize(text), text).to.equal(65_536);
    expect(parseSize('1024T')).to.equal(2 ** 50);
  });

  it('should be whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.constantFrom('K', 'M', 'G'), (n, unit) => {
        expect(Number.isInteger(parseSize(`${n / 7 + 1}`.slice(0, 8) + unit))).to.equal(true);
      }),
    );
  });

  it('should be refused where they are none, nothing, or too much', () => {
    refuses(parseSize, ['', '0', '0.5', '-1', 'M', '1 M', '1X', '1MM', '1e6', 'Infinity', '1025T', '9'.repeat(400)]);
  });
});
