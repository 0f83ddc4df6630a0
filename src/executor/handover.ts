import type { NodeId } from '../kernel/ids.js';
import { shardOf, type Assignment, type Held, type NewCoordinator } from './assignment.js';
import type { Result } from './results.js';

/** What a node holds: attempts that run, that ended and are not recorded, that are queued. */
export interface Holdings {
  readonly running: Iterable<{ readonly assignment: Assignment }>;
  readonly ended: Iterable<Result>;
  readonly queued: Iterable<Assignment>;
}

/** What is held of shards that have a new coordinator, which is told of it from now on; and what of it has ended. */
export function handOver(
  coordinator: NodeId,
  shards: readonly NewCoordinator[],
  { running, ended, queued }: Holdings,
): { readonly held: Held[]; readonly ended: Result[] } {
  const asked = new Map(shards.map((shard) => [shardOf(shard), shard]));
  const isAsked = ({ assignment }: { readonly assignment: Assignment }) => asked.has(shardOf(assignment));
  const results = [...ended].filter(isAsked);
  const begun = [...running, ...results].map(({ assignment }) => ({ assignment, state: 'running' as const }));
  const waiting = Array.from(queued, (assignment) => ({ assignment, state: 'queued' as const }));
  const held: Held[] = [...begun, ...waiting].filter(isAsked);
  for (const { assignment } of held) {
    assignment.coordinator = coordinator;
    assignment.set = asked.get(shardOf(assignment))?.set ?? assignment.set;
  }
  return { held, ended: results };
}
