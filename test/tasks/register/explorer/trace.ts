import type { Action } from './action.js';
import { ID } from './node.js';
import { walk, type WalkOptions } from './walk.js';
import { NAMES, World, type Sent } from './world.js';

/** An action by what it means: it can be found again in a world where other actions are left out. */
export interface Step {
  readonly action: Action;
  /** The message that is delivered, the timer that fires. */
  readonly what: string | undefined;
}

function sentText({ from, to, message }: Sent): string {
  const [item] = message.items;
  return `${NAMES[from]}>${NAMES[to]} ${JSON.stringify(item)}`;
}

export function record(options: WalkOptions): Step[] {
  const steps: Step[] = [];
  walk(options, (action, world) => {
    const what =
      action.kind === 'deliver'
        ? sentText(world.pool[action.index]!)
        : action.kind === 'fire'
          ? world.node(action.node).timers[action.timer]?.name
          : undefined;
    steps.push({ action, what });
  });
  return steps;
}

/** @returns what was broken, and after how many of the steps */
export function replay(steps: readonly Step[]): { readonly error: Error; readonly after: number } | undefined {
  const world = new World();
  const sent = new Map<string, number>();
  let known = 0;
  for (const [i, { action, what }] of steps.entries()) {
    for (; known < world.pool.length; known++) sent.set(sentText(world.pool[known]!), known);
    try {
      const found = located(action, what, world, sent);
      if (found) world.perform(found);
    } catch (error) {
      return { error: error as Error, after: i + 1 };
    }
  }
  return undefined;
}

function located(
  action: Action,
  what: string | undefined,
  world: World,
  sent: Map<string, number>,
): Action | undefined {
  if (action.kind === 'deliver') {
    const index = sent.get(what ?? '');
    return index === undefined ? undefined : { ...action, index };
  }
  if (action.kind === 'fire') {
    const timer = world.node(action.node).timers.findIndex(({ name }) => name === what);
    return timer < 0 ? undefined : { ...action, timer };
  }
  return action;
}

/** Leaves out steps while something still breaks. */
export function shrink(all: readonly Step[]): Step[] {
  let steps = all.slice(0, replay(all)?.after ?? all.length);
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let again = true; again;) {
      again = false;
      for (let at = steps.length - size; at >= 0; at -= size) {
        const shorter = [...steps.slice(0, at), ...steps.slice(at + size)];
        const broken = replay(shorter);
        if (!broken) continue;
        steps = shorter.slice(0, broken.after);
        again = size === 1;
      }
    }
  }
  return steps;
}

/** A line for each step. */
export function story(steps: readonly Step[]): string {
  const text = steps.map(({ action, what }, i) => {
    const { kind, node, ...rest } = action;
    const who = NAMES[node];
    const more =
      kind === 'deliver'
        ? what?.replaceAll(`"id":"${ID}",`, '')
        : [what, JSON.stringify(rest)].filter(Boolean).join(' ');
    return `${String(i + 1).padStart(3)}. ${kind} ${kind === 'deliver' ? '' : `${who} `}${more}`;
  });
  return text.join('\n');
}
