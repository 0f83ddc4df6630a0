import { compareText, type NodeId } from '../../kernel/ids.js';
import { count, NodeIdSchema, record, type Static } from '../../kernel/schema.js';
import { N_MAX } from './ballot.js';

const GENERATION_MAX = 2 ** 31;

export const generation = count(GENERATION_MAX);
export const ballotNumber = count(N_MAX);
export const seq = count();

/** When something was written: by which set, under which ballot, and as which write of it (register.md, rule 2). */
export const VersionSchema = record({ generation, n: ballotNumber, node: NodeIdSchema, seq });
export type Version = Static<typeof VersionSchema>;

/** A total order. That of two ballots with one n only one is ever served makes the node's place in it without effect. */
export function compareVersions(a: Version, b: Version): number {
  return a.generation - b.generation || a.n - b.n || compareNodes(a.node, b.node) || a.seq - b.seq;
}

export function isLater(version: Version, known: Version | undefined): boolean {
  return known === undefined || compareVersions(version, known) > 0;
}

function compareNodes(a: NodeId, b: NodeId): number {
  return a === b ? 0 : compareText(a, b);
}
