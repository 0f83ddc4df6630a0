import { setTimeout as pause } from 'node:timers/promises';
import { Channel } from '../channel.js';
import type { JobId, NodeId } from '../kernel/ids.js';
import { isLive } from '../membership/member.js';
import type { ChangesPart } from '../node/core/gateway/requests.js';
import type { Driver } from '../node/driver.js';
import { tailOf, type Cursor, type Place } from './cursor.js';

/** How long one question is held at a coordinator. */
const HELD_MS = 20_000;
/** How often new members are looked for. */
const LOOK_MS = 1_000;
/** How far clocks of coordinators may stand apart from each other: what is sent twice is no harm. */
const SLACK_MS = 10_000;
/** How long a node may take to say where its changes begin before a stream opens without it. */
const OPEN_MS = 3_000;

/** What one node told, or that it tells nothing any more. */
export interface Heard {
  readonly node: NodeId;
  /** Undefined: it does not answer. */
  readonly told: ChangesPart | undefined;
}

export interface Wanted {
  /** Undefined: whatever this node itself coordinates. */
  readonly job: JobId | undefined;
  readonly self: NodeId;
  readonly from: Cursor | undefined;
}

/**
 * Asks every node that may coordinate something of a job for its changes, and goes on asking. Each of them waits until what it
 * told was taken: a slow reader holds one answer of each node, and what they forget meanwhile is a gap.
 */
export class Following {
  readonly sinceMs: number;
  readonly #channel = new Channel<Heard>();
  readonly #followed = new Map<NodeId, Place>();

  constructor(
    private readonly driver: Driver,
    private readonly wanted: Wanted,
    private readonly signal: AbortSignal,
  ) {
    this.sinceMs = wanted.from?.sinceMs ?? Date.now();
  }

  /** Resolves once it is known of each node from where on its changes follow. */
  async open(): Promise<void> {
    const { from } = this.wanted;
    const nodes = await this.#nodes();
    const placeOf = async (node: NodeId) => (from ? from.places.get(tailOf(node)) : await this.#lastOf(node));
    const known = await Promise.all(nodes.map(placeOf));
    nodes.forEach((node, i) => void this.#follow(node, known[i] ?? UNKNOWN));
    if (this.wanted.job !== undefined) void this.#look();
  }

  /** The next answer; undefined where none comes within `patienceMs`. */
  take(patienceMs: number): Promise<Heard | undefined> {
    return this.#channel.take(patienceMs, this.signal);
  }

  async #lastOf(node: NodeId): Promise<Place> {
    const asked = { op: 'changes' as const, node, boot: 0, after: 0, waitMs: 0 };
    const silent = pause(OPEN_MS, undefined, { signal: this.signal }).catch(() => undefined);
    const answer = await Promise.race([this.driver.request(asked, this.signal), silent]);
    return answer?.told ? { boot: answer.told.boot, after: answer.told.next } : UNKNOWN;
  }

  async #follow(node: NodeId, from: Place): Promise<void> {
    let place = from;
    let isSilent = false;
    const { job } = this.wanted;
    const sinceMs = this.sinceMs - SLACK_MS;
    while (!this.signal.aborted) {
      this.#followed.set(node, place);
      const asked = { op: 'changes' as const, node, job, ...place, sinceMs: Math.max(0, sinceMs), waitMs: HELD_MS };
      const { told } = await this.driver.request(asked, this.signal);
      if (told) place = { boot: told.boot, after: told.next };
      // Once is enough: a node that comes back tells by itself what it has forgotten.
      if (!told && isSilent) {
        if (!(await this.#isThere(node))) break;
        await pause(LOOK_MS, undefined, { signal: this.signal }).catch(() => undefined);
      } else if (!told || told.isGap || told.changes.length > 0) await this.#channel.give({ node, told });
      isSilent = !told;
    }
    this.#followed.delete(node);
  }

  async #look(): Promise<void> {
    while (!this.signal.aborted) {
      await pause(LOOK_MS, undefined, { signal: this.signal }).catch(() => undefined);
      for (const node of await this.#nodes()) if (!this.#followed.has(node)) void this.#follow(node, UNKNOWN);
    }
  }

  async #isThere(node: NodeId): Promise<boolean> {
    return (await this.#nodes()).includes(node);
  }

  async #nodes(): Promise<readonly NodeId[]> {
    if (this.wanted.job === undefined) return [this.wanted.self];
    const members = await this.driver.request({ op: 'nodes' });
    return members.filter(({ member }) => isLive(member)).map(({ member }) => member.id);
  }
}

/** All that a node has seen since the stream began. */
const UNKNOWN: Place = { boot: 0, after: 0 };
