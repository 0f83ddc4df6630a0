import type { NodeId } from '../../../src/kernel/ids.js';
import { nodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { TimerToken } from '../../../src/kernel/timers.js';
import type { MembershipEffect, MembershipEvent } from '../../../src/membership/events.js';
import type { MembershipMessage, MessageOf, Rumour } from '../../../src/membership/messages.js';
import { rumourId } from '../../../src/membership/messages.js';
import { Membership, type MembershipOptions } from '../../../src/membership/membership.js';
import { hash } from './flock.js';
import { profileOf, state } from './states.js';

/** One machine, fed by hand: events in, effects out. */
export class Solo {
  nowMs = 0;
  readonly machine: Membership;
  readonly #armed = new Map<string, TimerToken>();

  constructor(options: Partial<MembershipOptions> = {}) {
    const self = options.self ?? nodeId('me');
    const profile = profileOf(self);
    this.machine = new Membership({ self, boot: 1, profile, hash, prng: new Prng(7), seeds: [], ...options });
  }

  step(event: MembershipEvent): MembershipEffect[] {
    const effects = this.machine.step(event, { monoMs: this.nowMs, wallMs: 0 });
    this.machine.validate();
    for (const effect of effects) {
      if (effect.kind === 'arm') this.#armed.set(effect.timer.name, effect.timer);
      else if (effect.kind === 'disarm') this.#armed.delete(effect.timer.name);
    }
    return effects;
  }

  hear(from: string, message: MembershipMessage): MembershipEffect[] {
    return this.step({ kind: 'message', from: nodeId(from), message });
  }

  gossip(rumour: Rumour): MembershipEffect[] {
    return this.step({ kind: 'gossip', message: { kind: 'swim.rumour', id: rumourId(rumour), rumour } });
  }

  isArmed(name: string): boolean {
    return this.#armed.has(name);
  }

  /** Lets a timer fire after `afterMs` more milliseconds. */
  fire(name: string, afterMs = 0): MembershipEffect[] {
    const timer = this.#armed.get(name);
    if (!timer) throw new Error(`${name} is not armed, only ${[...this.#armed.keys()].join(', ')}`);
    this.#armed.delete(name);
    this.nowMs += afterMs;
    return this.step({ kind: 'timer', timer });
  }
}

export function sent<Kind extends MembershipMessage['kind']>(
  effects: readonly MembershipEffect[],
  kind: Kind,
): { to: NodeId; message: MessageOf<Kind> }[] {
  return effects.flatMap((e) =>
    e.kind === 'send' && e.message.kind === kind ? [{ to: e.to, message: e.message as MessageOf<Kind> }] : [],
  );
}

/** The effects but for timers. */
export function deeds(effects: readonly MembershipEffect[]): MembershipEffect[] {
  return effects.filter(({ kind }) => kind !== 'arm' && kind !== 'disarm');
}

export function arms(effects: readonly MembershipEffect[]): Record<string, number> {
  return Object.fromEntries(effects.flatMap((e) => (e.kind === 'arm' ? [[e.timer.name, e.afterMs]] : [])));
}

/** A machine that was told of some members. */
export function knowing(names: readonly string[], options: Partial<MembershipOptions> = {}): Solo {
  const solo = new Solo(options);
  solo.step({ kind: 'start' });
  for (const name of names) solo.gossip({ member: state(name), slot: 0 });
  return solo;
}
