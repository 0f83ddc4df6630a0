import type { NodeId } from '../../kernel/ids.js';
import { compareLineages, type Head, type Seal } from './head.js';
import type { Entry, Held } from './entries.js';
import type { TellOf } from './messages.js';
import { compareVersions, type Version } from './version.js';

export interface State {
  readonly head: Head;
  readonly entries: ReadonlyMap<string, unknown>;
}

/** What a majority's promises show of a register. */
export type Finding =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'gone' }
  /** Another register has this id, and stays. */
  | { readonly kind: 'rival'; readonly head: Head }
  /** A later generation is known. `state` where a replica has it; a stub alone knows that it is installed. */
  | { readonly kind: 'moved'; readonly head: Head; readonly state: State | undefined }
  | { readonly kind: 'found'; readonly state: State; readonly seal: Seal | undefined };

interface Report {
  first: TellOf<'promise'> | undefined;
  readonly entries: Entry[];
  /** The key after which the next page goes on. */
  after: string | undefined;
  isComplete: boolean;
}

/** Gathers the promises of one ballot, page by page. While a promise holds, what it reports does not change. */
export class Learning {
  readonly #reports = new Map<NodeId, Report>();

  has(node: NodeId): boolean {
    return this.#reports.get(node)?.isComplete ?? false;
  }

  /** The key after which a member's next page is wanted; undefined where its first one is. */
  after(node: NodeId): string | undefined {
    return this.#reports.get(node)?.after;
  }

  /** Takes up a page; repeats are ignored. */
  add(node: NodeId, page: TellOf<'promise'>): void {
    const report = this.#reports.get(node) ?? { first: undefined, entries: [], after: undefined, isComplete: false };
    if (report.isComplete || page.after !== report.after) return;
    report.first ??= page;
    report.entries.push(...page.entries);
    report.after = page.next;
    report.isComplete = page.next === undefined;
    this.#reports.set(node, report);
  }

  /** @param prepared - what the promises were asked for */
  conclude(prepared: Head): Finding {
    const reports = [...this.#reports.values()].filter(({ isComplete }) => isComplete);
    let top: TellOf<'promise'> | undefined;
    for (const { first } of reports) {
      if (first?.isGone) return { kind: 'gone' };
      if (!first?.head) continue;
      if (compareLineages(first.head, prepared) < 0) return { kind: 'rival', head: first.head };
      if (!top?.head || compareHeads(first, top) > 0) top = first;
    }
    if (!top?.head || top.head.generation < prepared.generation) return { kind: 'nothing' };
    const { head, headAt } = top;
    const isMoved = head.generation > prepared.generation;
    if (!headAt) return { kind: 'moved', head, state: undefined };
    const since: Version = { ...headAt, seq: 0 };
    const state: State = { head, entries: highest(reports, since) };
    return isMoved ? { kind: 'moved', head, state } : { kind: 'found', state, seal: sealOf(reports, since) };
  }
}

/** A stub has no version of its own: it knows that its generation is installed, and holds nothing of it. */
function compareHeads(a: TellOf<'promise'>, b: TellOf<'promise'>): number {
  const byGeneration = (a.head?.generation ?? -1) - (b.head?.generation ?? -1);
  if (byGeneration !== 0) return byGeneration;
  if (!a.headAt || !b.headAt) return Number(!a.headAt) - Number(!b.headAt);
  return compareVersions(a.headAt, b.headAt);
}

/**
 * Of each key the highest version. What is older than the latest head that was found is void: the coordinator that wrote that
 * head had learned all that could be committed before.
 */
function highest(reports: readonly Report[], since: Version): ReadonlyMap<string, unknown> {
  const held = new Map<string, Held>();
  for (const { entries } of reports) {
    for (const { key, version, value } of entries) {
      const known = held.get(key);
      if (compareVersions(version, since) < 0 || (known && compareVersions(known.version, version) >= 0)) continue;
      held.set(key, { version, value });
    }
  }
  return new Map([...held].map(([key, { value }]) => [key, value]));
}

function sealOf(reports: readonly Report[], since: Version): Seal | undefined {
  let seal: Seal | undefined;
  let sealAt = since;
  for (const { first } of reports) {
    if (!first?.seal || !first.sealAt || compareVersions(first.sealAt, sealAt) < 0) continue;
    seal = first.seal;
    sealAt = first.sealAt;
  }
  return seal;
}
