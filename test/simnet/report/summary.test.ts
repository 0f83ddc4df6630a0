import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { renderSummary } from '../../../simnet/report/summary.js';
import { sampleResult } from './support/samples.js';

const one = sampleResult();
const compared = [
  one,
  sampleResult({ policy: 'least-loaded', seed: 8 }),
  sampleResult({ policy: 'central', transport: 'model', seed: 9 }),
];
const plain = { width: 80, color: false };

function lines(text: string): string {
  return text.replace(/^\n/, '').replace(/^ {4}/gm, '').trimEnd();
}

describe('the summary on the terminal', () => {
  it('should be a dozen lines for one run', () => {
    expect(renderSummary([one], plain).trimEnd()).to.equal(
      lines(`
    a rack dies  64 nodes, 256 slots, 10,000 tasks, seed 7
    bounded-ring: 5 min virtual in 8.4 s, 410,000 events (48,810/s), hash 9f1c03ab77e2d418

    tasks     10,000 accepted, 10,000 succeeded, 12 run again, 431 stolen
    makespan  5 min, 1.042× the lower bound of 4 min 48 s
    balance   utilisation 83.8 %, busiest node 1.118× the average, Jain 0.995
    traffic   46.2 messages/s a node, 18.3 KB/s, gossip 6.12 KB/s

                   mean   median     p90     p99       p99.9       worst
    wait        59.8 ms  20.6 ms  119 ms  592 ms      2.47 s      9.94 s
    response      2.1 s   723 ms  4.18 s  20.8 s  1 min 27 s  5 min 51 s
    slowdown      3.39×   1.630×   5.07×   25.7×        131×        662×
    `),
    );
  });
  it('should be a table for several', () => {
    expect(renderSummary(compared, plain).trimEnd()).to.equal(
      lines(`
    a rack dies  64 nodes, 256 slots, 10,000 tasks, seed 7
    bounded-ring: 5 min virtual in 8.4 s, 410,000 events (48,810/s), hash 9f1c03ab77e2d418
    least-loaded: 5 min virtual in 8.4 s, 410,000 events (48,810/s), hash 9f1c03ab77e2d418
    central (model): 5 min virtual in 8.4 s, 0 events

    * best of the row            bounded-ring       least-loaded    central (model)
    submitted                          10,000             10,000             10,000
    accepted                           10,000             10,000             10,000
    succeeded                          10,000             10,000             10,000
    run again                              12                 12                 12
    stolen                                431                431                431
    makespan                            5 min              5 min              5 min
    lower bound                    4 min 48 s         4 min 48 s         4 min 48 s
    makespan / bound                   1.042×             1.042×             1.042×
    wait mean                        *59.8 ms            75.1 ms              79 ms
    wait median                      *20.6 ms            22.9 ms            23.4 ms
    wait p90                          *119 ms             140 ms             144 ms
    wait p99                          *592 ms             767 ms             810 ms
    wait p99.9                        *2.47 s             3.58 s             3.88 s
    wait worst                        *9.94 s             16.2 s               18 s
    response mean                      *2.1 s             2.13 s             2.93 s
    response median                   *723 ms             728 ms             838 ms
    response p90                      *4.18 s             4.22 s             5.25 s
    response p99                      *20.8 s             21.2 s             30.2 s
    response p99.9                *1 min 27 s         1 min 29 s         2 min 29 s
    response worst                *5 min 51 s          6 min 3 s        11 min 51 s
    slowdown mean                       3.39×             *3.09×              3.11×
    slowdown median                    1.630×            *1.598×             1.600×
    slowdown p90                        5.07×             *4.75×              4.77×
    slowdown p99                        25.7×             *22.6×              22.8×
    slowdown p99.9                       131×              *107×               109×
    slowdown worst                       662×              *509×               518×
    utilisation, mean                 *83.8 %             83.7 %             83.6 %
    busiest / average node            *1.118×             1.124×             1.129×
    Jain's fairness index               0.995              0.995              0.994
    messages of a node                 46.2/s             46.2/s                  –
    bytes of a node                 18.3 KB/s          18.3 KB/s                  –
    of them gossip                  6.12 KB/s          6.12 KB/s                  –
    `),
    );
  });

  it('should not be wider than the terminal', () => {
    for (const width of [60, 80, 100, 160]) {
      for (const results of [[one], compared.slice(0, 2)]) {
        const body = renderSummary(results, { width, color: false })
          .split('\n')
          .slice(1 + results.length);
        for (const line of body) expect(line.length, line).to.be.at.most(width);
      }
    }
  });

  it('should say the same in colour', () => {
    const coloured = renderSummary(compared, { ...plain, color: true });
    expect(coloured).to.contain('\u001b[32m');
    expect(stripVTControlCharacters(coloured)).to.equal(renderSummary(compared, plain));
  });

  it('should end with what went wrong', () => {
    const bad = { ...one, tasks: { ...one.tasks, lost: 3, failed: 20 } };
    expect(renderSummary([bad], plain)).to.match(/\nbounded-ring: 3 lost, 20 failed of 10,000 accepted tasks$/);
  });

  it('should keep the terminal from the names of others', () => {
    const evil = sampleResult({ scenario: 'a\u001b[2Jb', policy: 'x\u0007y\u009bz' });
    // oxlint-disable-next-line no-control-regex -- control characters are what it must not have
    expect(renderSummary([evil, one], plain)).not.to.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });
});
