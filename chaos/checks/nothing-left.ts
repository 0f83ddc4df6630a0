import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

/**
 * Files that a daemon at rest may have open beyond those before the load: a second connection to each of four peers, both
 * ways, and some files of its store and its slots.
 */
export const DESCRIPTORS_SLACK = 20;

/** No process outlives its time, no daemon breaks down, and none keeps files open. */
export function nothingLeft({ leftovers, descriptors, breakdowns }: History): Finding[] {
  return [
    ...leftovers.map(({ pid, command, when }) => ({
      rule: 'no-process-left',
      message: `process ${pid} is alive ${when}: ${command}`,
    })),
    ...descriptors
      .filter(({ before, after }) => after > before + DESCRIPTORS_SLACK)
      .map(({ daemon, before, after }) => ({
        rule: 'no-descriptor-left',
        message: `daemon ${daemon} had ${before} files open at rest, and has ${after}`,
      })),
    ...breakdowns.map(({ daemon, how }) => ({ rule: 'no-breakdown', message: `daemon ${daemon} ${how}` })),
  ];
}
