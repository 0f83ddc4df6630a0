import type { Action } from './action.js';
import { Chooser } from './chooser.js';
import { World } from './world.js';

export interface WalkOptions {
  readonly seed: number;
  readonly steps: number;
  readonly otherSets?: readonly (readonly number[])[];
}

export interface Walked {
  readonly steps: number;
  readonly opens: number;
  readonly acks: number;
  readonly error: Error | undefined;
}

/** One random walk through a fresh world. */
export function walk({ seed, steps, otherSets }: WalkOptions, log?: (action: Action, world: World) => void): Walked {
  const world = new World();
  const chooser = new Chooser(seed, otherSets);
  let step = 0;
  let error: Error | undefined;
  try {
    while (step < steps) {
      const action = chooser.next(world);
      step += 1;
      log?.(action, world);
      world.perform(action);
    }
  } catch (cause) {
    error = cause as Error;
  }
  return { steps: step, opens: world.spec.opens, acks: world.spec.acks, error };
}
