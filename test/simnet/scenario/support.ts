import type { CoveyError } from '../../../src/kernel/errors.js';
import { readScenario, type Scenario } from '../../../simnet/scenario/scenario.js';
import type { Override } from '../../../src/toml/source.js';
import type { Trace } from '../../../simnet/workload/trace.js';

export function scenarioOf(text: string, overrides: readonly Override[] = [], trace: Trace = []): Scenario {
  return readScenario({ name: 'mine', text, file: 'mine.toml' }, overrides, () => trace);
}

/** `message (hint)` of what a scenario is refused with. */
export function refusalOf(text: string, overrides: readonly Override[] = []): string {
  try {
    scenarioOf(text, overrides);
  } catch (error) {
    const { message, hint, code } = error as CoveyError;
    if (code !== 'usage') throw error;
    return hint === undefined ? message : `${message} (${hint})`;
  }
  throw new Error(`accepted: ${text}`);
}
