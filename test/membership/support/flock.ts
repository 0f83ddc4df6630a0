import { nodeId, type NodeId } from '../../../src/kernel/ids.js';
import { Prng } from '../../../src/kernel/prng.js';
import type { MembershipConfig } from '../../../src/membership/config.js';
import type { MembershipEffect, MembershipEvent } from '../../../src/membership/events.js';
import type { MemberState } from '../../../src/membership/member.js';
import { Membership } from '../../../src/membership/membership.js';
import { EventQueue } from '../../../simnet/world/event-queue.js';
import { hash } from '../../../simnet/hash.js';
import { addressOf, profileOf } from './states.js';

export { hash };

export interface Change {
  readonly atMs: number;
  readonly at: NodeId;
  readonly before: MemberState | undefined;
  readonly after: MemberState;
}

interface FlockOptions {
  readonly seed?: number;
  /** Part of the messages that get lost, direct ones and gossip. */
  readonly loss?: number;
  readonly config?: Partial<MembershipConfig>;
  /** Checks the invariants after every so many steps. */
  readonly validateEvery?: number;
}

class Node {
  up = true;
  frozenUntilMs = 0;
  joinedAtMs: number | undefined;
  stored: readonly MemberState[] = [];
  readonly connected = new Set<NodeId>();
  readonly seenRumours = new Set<string>();

  constructor(
    readonly machine: Membership,
    readonly boot: number,
  ) {}
}

/** Several membership machines on one virtual clock, in a network that loses, splits and dies on request. */
export class Flock {
  nowMs = 0;
  steps = 0;
  /** Gossip message ids by who first published them; a second publisher makes no second message. */
  readonly published = new Map<string, NodeId>();
  readonly changes: Change[] = [];
  readonly effects: { readonly atMs: number; readonly at: NodeId; readonly effect: MembershipEffect }[] = [];
  loss: number;
  readonly #prng: Prng;
  readonly #queue = new EventQueue();
  readonly #nodes = new Map<NodeId, Node>();
  readonly #side = new Map<NodeId, number>();
  readonly #cut = new Set<string>();

  constructor(readonly options: FlockOptions = {}) {
    this.#prng = new Prng(options.seed ?? 1);
    this.loss = options.loss ?? 0;
  }

  get ids(): NodeId[] {
    return [...this.#nodes.keys()];
  }

  node(id: NodeId): Node {
    const node = this.#nodes.get(id);
    if (!node) throw new Error(`${id} was never started`);
    return node;
  }

  machine(id: NodeId): Membership {
    return this.node(id).machine;
  }

  /** What `at` believes `about` to be. */
  sees(at: NodeId, about: NodeId): MemberState['state'] | undefined {
    return this.machine(at).get(about)?.state;
  }

  /** Starts a node, or starts it again with the next boot and what it stored. */
  start(name: string, seeds: readonly string[] = []): NodeId {
    const id = nodeId(name);
    const before = this.#nodes.get(id);
    const boot = (before?.boot ?? 0) + 1;
    const machine = new Membership({
      self: id,
      boot,
      profile: profileOf(name),
      config: this.options.config ?? {},
      hash,
      prng: new Prng(this.#prng.below(2 ** 30)),
      remembered: before?.stored ?? [],
      seeds: seeds.map((seed) => [addressOf(seed)]),
    });
    const node = new Node(machine, boot);
    this.#nodes.set(id, node);
    this.#step(id, node, { kind: 'start' });
    return id;
  }

  /** Starts `n` nodes, all but the first with the first as their seed. */
  startMany(n: number): NodeId[] {
    const names = Array.from({ length: n }, (_, i) => `n${String(i).padStart(3, '0')}`);
    return names.map((name, i) => this.start(name, i === 0 ? [] : [names[0]!]));
  }

  /** @param silent - the peers' connections stay open, as when a machine loses its power */
  crash(id: NodeId, silent = false): void {
    this.node(id).up = false;
    for (const peer of this.node(id).connected) {
      if (silent) this.#at(30_000, () => this.#disconnect(peer, id));
      else this.#disconnect(peer, id);
    }
  }

  leave(id: NodeId): void {
    this.#step(id, this.node(id), { kind: 'leave' });
    this.#at(50, () => this.crash(id));
  }

  give(id: NodeId, event: MembershipEvent): void {
    this.#step(id, this.node(id), event);
  }

  /** The process stands still; what comes to it waits. */
  freeze(id: NodeId, forMs: number): void {
    this.node(id).frozenUntilMs = this.nowMs + forMs;
  }

  /** Cuts the network: nodes of different sides do not hear each other, their connections break a second later. */
  split(...sides: readonly (readonly NodeId[])[]): void {
    sides.forEach((side, i) => side.forEach((id) => this.#side.set(id, i)));
    this.#at(1000, () => {
      for (const [id, node] of this.#nodes) {
        for (const peer of node.connected) if (!this.#reaches(id, peer)) this.#disconnect(id, peer);
      }
    });
  }

  /** Takes away the link between two nodes; all others stay. */
  cut(a: NodeId, b: NodeId): void {
    this.#cut.add(`${a} ${b}`).add(`${b} ${a}`);
    this.#disconnect(a, b);
    this.#disconnect(b, a);
  }

  heal(): void {
    this.#side.clear();
  }

  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (let event = this.#queue.next(endMs); event; event = this.#queue.next(endMs)) {
      this.nowMs = event.atMs;
      event.run();
    }
    this.nowMs = endMs;
  }

  /** Runs until `condition` holds; the virtual milliseconds that took. */
  runUntil(what: string, withinMs: number, condition: () => boolean): number {
    const startMs = this.nowMs;
    while (!condition()) {
      if (this.nowMs - startMs >= withinMs) throw new Error(`not within ${withinMs} ms: ${what}`);
      this.run(50);
    }
    return this.nowMs - startMs;
  }

  #at(afterMs: number, run: () => void): void {
    this.#queue.add(this.nowMs + afterMs, run);
  }

  #reaches(a: NodeId, b: NodeId): boolean {
    const linked = this.#side.get(a) === this.#side.get(b) && !this.#cut.has(`${a} ${b}`);
    return linked && (this.#nodes.get(b)?.up ?? false);
  }

  #step(id: NodeId, node: Node, event: MembershipEvent): void {
    if (!node.up || this.#nodes.get(id) !== node) return;
    if (node.frozenUntilMs > this.nowMs) {
      this.#at(node.frozenUntilMs - this.nowMs, () => this.#step(id, node, event));
      return;
    }
    const effects = node.machine.step(event, { monoMs: this.nowMs, wallMs: this.nowMs });
    for (const effect of effects) this.#perform(id, node, effect);
    if (++this.steps % (this.options.validateEvery ?? 1) === 0) node.machine.validate();
  }

  #perform(at: NodeId, node: Node, effect: MembershipEffect): void {
    this.effects.push({ atMs: this.nowMs, at, effect });
    if (effect.kind === 'send') this.#send(at, effect.to, { kind: 'message', from: at, message: effect.message });
    else if (effect.kind === 'publish') this.#publish(at, effect);
    else if (effect.kind === 'arm') {
      this.#at(effect.afterMs, () => this.#step(at, node, { kind: 'timer', timer: effect.timer }));
    } else if (effect.kind === 'dial') this.#dial(at, effect.addresses);
    else if (effect.kind === 'hang-up') this.#hangUp(at, effect.peer);
    else if (effect.kind === 'member-changed') {
      this.changes.push({ atMs: this.nowMs, at, before: effect.before, after: effect.after });
    } else if (effect.kind === 'joined') node.joinedAtMs = this.nowMs;
    else if (effect.kind === 'persist-members') node.stored = effect.members;
  }

  #send(from: NodeId, to: NodeId, event: MembershipEvent): void {
    if (!this.node(from).connected.has(to)) this.#dial(from, [addressOf(to)], () => this.#send(from, to, event));
    else if (!this.#prng.chance(this.loss)) this.#deliver(from, to, 5, event);
  }

  #deliver(from: NodeId, to: NodeId, afterMs: number, event: MembershipEvent): void {
    this.#at(afterMs, () => {
      const node = this.#nodes.get(to);
      if (node && this.#reaches(from, to)) this.#step(to, node, event);
    });
  }

  #publish(from: NodeId, { message }: Extract<MembershipEffect, { kind: 'publish' }>): void {
    const node = this.node(from);
    if (node.connected.size === 0 || node.seenRumours.has(message.id)) return;
    if (!this.published.has(message.id)) this.published.set(message.id, from);
    node.seenRumours.add(message.id);
    for (const [to, { seenRumours }] of this.#nodes) {
      // Gossip has a way around a missing link, though none around a split.
      if (to === from || this.#side.get(from) !== this.#side.get(to) || this.#prng.chance(this.loss)) continue;
      this.#at(10 + this.#prng.below(40), () => {
        if (seenRumours.has(message.id)) return;
        seenRumours.add(message.id);
        const node = this.node(to);
        this.#step(to, node, { kind: 'gossip', message });
      });
    }
  }

  #dial(from: NodeId, addresses: readonly string[], then?: () => void): void {
    const to = nodeId(addresses[0]!.split('/').at(-1)!);
    this.#at(10, () => {
      const [a, b] = [this.node(from), this.#nodes.get(to)];
      if (!a.up) return;
      if (!b || !this.#reaches(from, to)) return this.#step(from, a, { kind: 'unreachable', addresses });
      if (!a.connected.has(to)) {
        a.connected.add(to);
        b.connected.add(from);
        this.#step(from, a, { kind: 'connected', peer: to });
        this.#step(to, b, { kind: 'connected', peer: from });
      }
      then?.();
    });
  }

  #hangUp(from: NodeId, to: NodeId): void {
    this.#at(0, () => this.#disconnect(from, to));
    if (this.#nodes.has(to)) this.#at(5, () => this.#disconnect(to, from));
  }

  #disconnect(id: NodeId, peer: NodeId): void {
    const node = this.node(id);
    if (node.connected.delete(peer)) this.#step(id, node, { kind: 'disconnected', peer });
  }
}
