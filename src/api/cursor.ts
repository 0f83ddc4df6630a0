import { CoveyError } from '../kernel/errors.js';
import type { NodeId } from '../kernel/ids.js';

/** How far the changes of one node were read: up to number `after` of its start `boot`. */
export interface Place {
  readonly boot: number;
  readonly after: number;
}

/**
 * How far a stream of events was read. It names places at coordinators, not at the daemon that streamed, so any daemon of the
 * flock goes on from there.
 */
export interface Cursor {
  /** When the stream began: what nodes without a place have seen since is still to come. Flock's clock. */
  readonly sinceMs: number;
  /** By the end of a node's id: nodes of which an event was sent. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Characters of a node's id that tell it from others. */
const TAIL = 10;
const NODES_MAX = 1000;

export const tailOf = (node: NodeId) => node.slice(-TAIL);

/** `t3k1-…`: short, and safe in a header. */
export function cursorText({ sinceMs, places }: Cursor): string {
  const parts = [...places].map(([tail, { boot, after }]) => `${tail}-${boot.toString(36)}-${after.toString(36)}`);
  return [Math.round(sinceMs).toString(36), ...parts].join('.');
}

/** @throws CoveyError `usage` */
export function readCursor(text: string): Cursor {
  const [since = '', ...parts] = text.split('.');
  const places = new Map<string, Place>();
  let isGood = /^[0-9a-z]{1,10}$/.test(since) && parts.length <= NODES_MAX;
  for (const part of parts) {
    const [, tail, boot = '', after = ''] = /^([0-9A-Za-z]{1,10})-([0-9a-z]{1,10})-([0-9a-z]{1,10})$/.exec(part) ?? [];
    if (tail === undefined) isGood = false;
    else places.set(tail, { boot: parseInt(boot, 36), after: parseInt(after, 36) });
  }
  if (isGood) return { sinceMs: parseInt(since, 36), places };
  const hint = 'give the id of an event that came, or none';
  throw new CoveyError('usage', `${JSON.stringify(text.slice(0, 100))} is no event's id`, hint);
}
