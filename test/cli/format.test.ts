import { expect } from 'chai';
import {
  clean,
  formatBytes,
  formatCounts,
  formatExit,
  outcomeLine,
  paint,
  shortNode,
  took,
} from '../../src/cli/format.js';
import { table } from '../../src/cli/table.js';
import { noCounts } from '../../src/kernel/states.js';
import { jobAnswer, NODE } from '../client/support/views.js';

describe('formatting', () => {
  it('should name the states that occur', () => {
    expect(formatCounts({ ...noCounts(), running: 2, failed: 1 })).to.equal('1 failed, 2 running');
    expect(formatCounts(noCounts())).to.equal('none');
  });

  it('should say what a job came to', () => {
    expect(outcomeLine(jobAnswer('succeeded'))).to.match(/^k\w+ succeeded$/);
    expect(outcomeLine(jobAnswer('failed', { tasks: 3 }))).to.match(/^k\w+ failed \(3 failed\)$/);
  });

  it('should shorten node ids to where they differ', () => {
    expect(shortNode(NODE, false)).to.equal('fh3zLUJD');
    expect(shortNode(NODE, true)).to.equal(NODE);
    expect(shortNode(null, false)).to.equal('-');
  });

  it('should write sizes and times as people do', () => {
    expect([0, 1023, 2 ** 20, 1.5 * 2 ** 30, 250.4 * 2 ** 30].map(formatBytes)).to.deep.equal([
      '0',
      '1023',
      '1M',
      '1.5G',
      '250G',
    ]);
    const startedAt = '2026-11-21T09:00:00.000Z';
    expect(took({ startedAt, finishedAt: '2026-11-21T09:00:02.500Z' }, 0)).to.equal('2.5s');
    expect(took({ startedAt, finishedAt: null }, Date.parse(startedAt) + 90_000)).to.equal('1m 30s');
    expect(took({ startedAt: null, finishedAt: null }, 0)).to.equal('-');
  });

  it('should show a signal rather than its code', () => {
    expect(formatExit({ signal: 'SIGKILL', exitCode: 137 })).to.equal('SIGKILL');
    expect(formatExit({ signal: null, exitCode: 3 })).to.equal('3');
    expect(formatExit({ signal: null, exitCode: null })).to.equal('-');
  });

  it('should colour only where asked', () => {
    expect(paint('failed', false)).to.equal('failed');
    expect(paint('failed', true)).to.equal('\u001b[31mfailed\u001b[39m');
  });

  it('should keep the text of others from steering the terminal', () => {
    expect(clean('a\u001b[2Jb\nc')).to.equal('a [2Jb c');
  });

  it('should align columns, without borders or blanks at the end', async () => {
    const rows = [
      ['alpha', { painted: paint('failed', true) }, ''],
      ['b', 'x', 'y\u0007'],
    ];
    expect(await table(['NAME', 'STATE', 'Z'], rows)).to.equal(
      'NAME   STATE   Z\nalpha  \u001b[31mfailed\u001b[39m\nb      x       y',
    );
  });
});
