import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import type { CoveyError } from '../../../src/kernel/errors.js';
import { readTrace, writeTrace } from '../../../simnet/workload/csv-trace.js';
import { toMicros, type Trace } from '../../../simnet/workload/trace.js';
import { readScenario } from '../../../simnet/scenario/scenario.js';

const HEAD = 'arrival,duration,cpus,exit,key,fate\n';

function errorOf(text: string): string {
  try {
    readTrace(text, 't.csv');
  } catch (error) {
    return (error as CoveyError).message;
  }
  throw new Error(`accepted: ${text}`);
}

describe('a trace in CSV', () => {
  it('should read seconds, in any order of columns and lines', () => {
    const text = '\uFEFF# of last week\r\nduration,key,arrival\r\n0.25,"a ""b"", c",2.5\r\n\r\n1e-3,,0.000001\r\n';
    expect(readTrace(text, 't.csv')).to.deep.equal([
      { atMs: 0.001, durationMs: 1, cpus: 1, exitCode: 0, fate: 'ends' },
      { atMs: 2500, durationMs: 250, cpus: 1, exitCode: 0, key: 'a "b", c', fate: 'ends' },
    ]);
  });

  it('should read back what it wrote', () => {
    const ms = fc.double({ min: 0.001, max: 1e7, noNaN: true }).map(toMicros);
    const arrival = fc.record({
      atMs: ms,
      durationMs: ms,
      cpus: fc.constantFrom(1, 2, 0.5),
      exitCode: fc.integer({ min: 0, max: 255 }),
      key: fc.string({ minLength: 1, maxLength: 20 }).filter((key) => !/[\r\n]/.test(key)),
      fate: fc.constantFrom('ends', 'hangs', 'kills'),
    });
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 1, maxLength: 20 }), (arrivals) => {
        const trace = (arrivals as Trace).toSorted((a, b) => a.atMs - b.atMs);
        expect(readTrace(writeTrace(trace), 't.csv')).to.deep.equal(trace);
      }),
    );
  });

  const WRONG: readonly (readonly [text: string, says: string])[] = [
    ['', 't.csv:1:1: there is nothing in it'],
    ['arrival,length\n', "t.csv:1:9: unknown column 'length'"],
    ['arrival,cpus\n1,1\n', "t.csv:1:1: there is no column 'duration'"],
    ['arrival,duration,arrival\n', "t.csv:1:18: column 'arrival' is there twice"],
    [HEAD, 't.csv:2:1: there is no task in it'],
    [`${HEAD}0,1,1,0,,ends\n1,x,1,0,,ends\n`, 't.csv:3:3: duration is "x", not a number from 0 to 31622400'],
    [`${HEAD}-1,1,1,0,,ends\n`, 't.csv:2:1: arrival is "-1", not a number from 0 to 31622400'],
    [`${HEAD}0,0,1,0,,ends\n`, 't.csv:2:3: the duration is nothing'],
    [`${HEAD}0,1,1,1.5,,ends\n`, 't.csv:2:7: exit is not a whole number'],
    [`${HEAD}0,1,1,0,,dies\n`, "t.csv:2:10: fate is 'dies', not one of ends, hangs, kills"],
    [`${HEAD}0,1,1\n`, 't.csv:2:5: 3 values for 6 columns'],
    [`${HEAD}0,1,1,0,,ends,7,8\n`, 't.csv:2:15: 8 values for 6 columns'],
    [`${HEAD}0,1,1,0,"a,ends\n`, 't.csv:2:9: the quote is not closed'],
    [`${HEAD}0,1,1,0,"a"b,ends\n`, 't.csv:2:12: a comma must follow the closing quote'],
    [`${HEAD}0,1,1,0,a"b,ends\n`, 't.csv:2:10: a quote within a cell'],
  ];
  for (const [text, says] of WRONG) {
    it(`should say where it is wrong: ${says}`, () => {
      expect(errorOf(text)).to.equal(says);
    });
  }

  it('should be what the command beside the sample makes', () => {
    const text = 'nodes=25\ncpus=4\ntasks=1000\narrival=0.7\nseed=7\n[workload]\ndurations="pareto"\nmean="2s"\n';
    const { trace } = readScenario({ name: 'sample', text, file: 'sample' }, [], () => []);
    const sample = readFileSync('simnet/scenarios/sample-trace.csv', 'utf8');
    expect(sample).to.equal(writeTrace(trace));
    expect(readTrace(sample, 'sample-trace.csv')).to.deep.equal(trace);
  });
});
