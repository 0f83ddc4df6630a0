import { nodeId, type NodeId } from '../../../../src/kernel/ids.js';
import { REGISTER_DEFAULTS, type RegisterConfig } from '../../../../src/tasks/register/config.js';
import type { RegisterMessage } from '../../../../src/tasks/register/messages.js';
import type { News } from '../../../../src/tasks/register/news.js';
import type { RegisterEffect, RegisterEvent } from '../../../../src/tasks/register/registers.js';
import type { StoredCore } from '../../../../src/tasks/register/stored.js';
import { CORE_PREFIX, ENTRY_PREFIX } from '../../../../src/tasks/register/stored.js';
import { digestOf } from '../../../../src/tasks/register/replica-set.js';
import type { Action } from './action.js';
import { Claims, type Claimed } from './claims.js';
import { ExplorerNode, ID } from './node.js';
import { Spec, type Value } from './spec.js';

export const CONFIG: RegisterConfig = {
  ...REGISTER_DEFAULTS,
  floorMs: 1_000,
  skewMs: 10,
  createAgeMaxMs: 100,
  pageEntriesMax: 1,
  resendMs: 10,
  backOffMs: 10,
  backOffMaxMs: 100,
};

export const NAMES = 'abcde';
const IDS: readonly NodeId[] = [...NAMES].map(nodeId);
/** The set that every create is tried on, whoever its client asks (register.md, rule 6). */
export const FIRST_SET = [0, 1, 2];
export const KEYS = ['x', 'y'];
const MOVES_MAX = 2;

export interface Sent {
  readonly from: number;
  readonly to: number;
  readonly message: RegisterMessage;
}

/** A small world around the real machines: every message that was ever sent may come at any time, any number of times. */
export class World {
  readonly nodes = IDS.map((id, i) => new ExplorerNode(id, (i * CONFIG.skewMs) / IDS.length, CONFIG));
  readonly pool: Sent[] = [];
  /** Of the pool, what was not delivered yet. */
  readonly fresh: number[] = [];
  readonly spec = new Spec();
  readonly claims = new Claims();
  wallMs = 1_000_000;
  monoMs = 0;

  constructor() {
    for (const node of this.nodes) this.#restart(node);
  }

  node(index: number): ExplorerNode {
    return this.nodes[index]!;
  }

  /** @throws Broken where a promise is broken by it; an action that means nothing any more does nothing */
  perform(action: Action): void {
    const node = this.node(action.node);
    switch (action.kind) {
      case 'deliver': {
        const sent = this.pool[action.index];
        if (sent) this.#step(node, { kind: 'message', from: IDS[sent.from]!, message: sent.message });
        return;
      }
      case 'store': {
        const tag = node.store();
        if (tag) this.#step(node, { kind: 'committed', tag });
        return;
      }
      case 'fail-store':
        return this.#failStore(node, action.stored);
      case 'crash':
        return node.crash(Math.min(action.stored, node.pending.length));
      case 'restart':
        if (!node.up) this.#restart(node);
        return;
      case 'copy-disk':
        node.copies.push(new Map(node.disk));
        return;
      case 'lose-disk':
        node.crash(0);
        node.disk = new Map(action.copy === undefined ? [] : node.copies[action.copy]);
        node.isLost = true;
        return;
      case 'spoil':
        node.crash(0);
        return void node.spoil(action.value, [CORE_PREFIX, ENTRY_PREFIX]);
      case 'rest':
        return this.#step(node, { kind: 'rest', id: ID, gist: undefined });
      case 'rot':
        if (node.up?.replica.get(ID)?.isEvicted === true) node.spoil(action.value, [ENTRY_PREFIX]);
        return;
      case 'claim':
        return this.#claim(node, action);
      case 'create':
        return this.#create(node, action);
      case 'take-over':
        return this.#step(node, { kind: 'take-over', id: ID });
      case 'write':
        return this.#write(node, action.key, action.isTerminal);
      case 'seal':
        return this.#seal(node, action.set);
      case 'fire':
        return this.#fire(node, action.timer);
      case 'read':
        return this.#read(node, action.key);
      case 'bury':
      case 'forget':
        return this.#step(node, { kind: action.kind, id: ID });
      case 'pass-time':
        this.wallMs += action.ms;
        return;
    }
  }

  mayCreate(claim: Claimed): boolean {
    return this.claims.mayCreate(claim, IDS.length, (id) => IDS.indexOf(nodeId(id)));
  }

  #now(node: ExplorerNode) {
    return { monoMs: this.monoMs, wallMs: this.wallMs + node.aheadMs };
  }

  #restart(node: ExplorerNode): void {
    node.start();
    this.#step(node, node.found(this.#now(node).wallMs));
  }

  /** The store keeps the order of writes: none that was under way behind a failed one succeeds. */
  #failStore(node: ExplorerNode, stored: number): void {
    if (!node.up) return;
    const failed = node.pending.slice();
    for (let i = 0; i < Math.min(stored, failed.length); i++) node.store();
    node.pending = [];
    for (const { tag } of failed) this.#step(node, { kind: 'commit-failed', tag });
  }

  #claim(node: ExplorerNode, { set, rank }: Claimed): void {
    const digest = digestOf(set.map((i) => IDS[i]!));
    const lineage = { createdAtMs: this.wallMs, digest, rank };
    this.#step(node, { kind: 'claim', id: ID, ...lineage, tag: { claim: { set, rank }, digest } });
  }

  #create(node: ExplorerNode, { content, createdAtMs, set, rank }: Extract<Action, { kind: 'create' }>): void {
    if (!node.up || (rank !== undefined && !this.mayCreate({ set, rank }))) return;
    node.host.clients.add(content);
    const value: Value = { epoch: 0, step: 0, isTerminal: true, content };
    const entries = [{ key: 'spec', value }];
    const { host } = node;
    if (host.isOpen) this.#answer(node, host.values);
    else {
      const ids = set.map((i) => IDS[i]!);
      if (rank !== undefined)
        this.#step(node, { kind: 'claimed-again', id: ID, createdAtMs, digest: digestOf(ids), rank });
      this.#step(node, { kind: 'create', id: ID, set: ids, createdAtMs, rank, entries });
    }
  }

  #write(node: ExplorerNode, key: string, isTerminal: boolean): void {
    const { host, up } = node;
    const before = host.values.get(key);
    if (!up || !host.isOpen || before?.isTerminal) return;
    const epoch = up.nextEpoch(ID);
    if (epoch === undefined) return;
    this.spec.started(epoch);
    const value: Value = { epoch, step: (before?.step ?? 0) + 1, isTerminal };
    host.values.set(key, value);
    this.#step(node, { kind: 'write', id: ID, entries: [{ key, value }], tag: { key, value } });
  }

  #seal(node: ExplorerNode, set: readonly number[]): void {
    const { host } = node;
    if (!host.isOpen || !host.head || host.head.generation >= MOVES_MAX) return;
    const seal = { set: set.map((i) => IDS[i]!), atMs: this.#now(node).wallMs };
    this.#step(node, { kind: 'seal', id: ID, seal });
  }

  #fire(node: ExplorerNode, index: number): void {
    const timer = node.timers[index];
    if (!timer) return;
    node.timers.splice(index, 1);
    this.monoMs += CONFIG.resendMs;
    this.#step(node, { kind: 'timer', timer });
  }

  #read(node: ExplorerNode, key: string): void {
    const reading = node.up?.read(ID, key);
    if (reading?.kind === 'committed') this.spec.read(key, reading.value as Value);
  }

  #step(node: ExplorerNode, event: RegisterEvent): void {
    const { up } = node;
    if (up) for (const effect of up.step(event, this.#now(node))) this.#grant(node, effect);
  }

  #grant(node: ExplorerNode, effect: RegisterEffect): void {
    switch (effect.kind) {
      case 'send':
        return this.#send(IDS.indexOf(node.id), IDS.indexOf(effect.to), effect.message);
      case 'commit':
        node.pending.push(effect);
        return;
      case 'arm':
        node.timers.push(effect.timer);
        return;
      case 'disarm':
        node.timers = node.timers.filter(({ serial }) => serial !== effect.timer.serial);
        return;
      case 'load':
        return this.#step(node, { kind: 'loaded', tag: effect.tag, entries: node.entries(), isBad: node.isBad });
      case 'register':
        return this.#hear(node, effect.news);
    }
  }

  /** Each item goes its own way: that is more than a network of batches can do. */
  #send(from: number, to: number, message: RegisterMessage): void {
    const { kind, items } = message;
    for (const item of items) {
      this.fresh.push(this.pool.length);
      this.pool.push({ from, to, message: { kind, items: [item] } as RegisterMessage });
    }
  }

  #hear(node: ExplorerNode, news: News): void {
    const { host } = node;
    switch (news.kind) {
      case 'opened': {
        const values = news.state.entries as ReadonlyMap<string, Value>;
        host.isOpen = true;
        host.n = news.n;
        host.head = news.state.head;
        host.values.clear();
        for (const [key, value] of values) host.values.set(key, value);
        this.spec.opened(news.state.head, news.n, new Map(values), news.isNew);
        return this.#answer(node, values);
      }
      case 'paused':
      case 'over':
        host.isOpen = false;
        return;
      case 'claimed': {
        const { claim, digest } = news.tag as { claim: Claimed; digest: number };
        return this.claims.note(claim, digest, IDS.indexOf(node.id), news.answer);
      }
      case 'written': {
        const { key, value } = news.tag as { key: string; value: Value };
        return this.spec.acknowledged(key, value, host.head!.generation, host.n);
      }
    }
  }

  #answer({ host }: ExplorerNode, values: ReadonlyMap<string, Value>): void {
    const spec = values.get('spec');
    if (spec?.content !== undefined && host.clients.has(spec.content)) {
      this.spec.acknowledged('spec', spec, host.head!.generation, host.n);
    }
    host.clients.clear();
  }

  /** Whether a node's replica holds the register, for whoever chooses actions. */
  core(node: ExplorerNode): StoredCore | undefined {
    return node.disk.get(CORE_PREFIX + ID) as StoredCore | undefined;
  }
}
