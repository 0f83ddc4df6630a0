import { stepsOf } from './chooser.js';
import { record, replay, shrink, story } from './trace.js';
import { walk } from './walk.js';

export interface HuntOptions {
  readonly firstSeed: number;
  /** Steps of all walks together. */
  readonly steps: number;
  readonly limitMs: number;
  readonly otherSets?: readonly (readonly number[])[];
}

export interface Hunted {
  readonly steps: number;
  readonly opens: number;
  readonly acks: number;
  readonly caught: { readonly seed: number; readonly message: string } | undefined;
}

/** Walks seed after seed until something breaks, or the steps or the time are used up. */
export function hunt({ firstSeed, steps: stepsMax, limitMs, otherSets = [] }: HuntOptions): Hunted {
  const untilMs = Date.now() + limitMs;
  let [steps, opens, acks] = [0, 0, 0];
  for (let seed = firstSeed; steps < stepsMax; seed++) {
    const walked = walk({ seed, steps: stepsOf(seed), otherSets });
    steps += walked.steps;
    opens += walked.opens;
    acks += walked.acks;
    if (walked.error) return { steps, opens, acks, caught: { seed, message: walked.error.message } };
    if (seed % 64 === 0 && Date.now() > untilMs) break;
  }
  return { steps, opens, acks, caught: undefined };
}

/** The shortest story found that breaks the same walk's promise. */
export function explain(seed: number, otherSets: readonly (readonly number[])[] = []) {
  const steps = shrink(record({ seed, steps: stepsOf(seed), otherSets }));
  return { length: steps.length, message: replay(steps)?.error.message, story: story(steps) };
}

export { brokenTale, TALES } from './tales.js';
