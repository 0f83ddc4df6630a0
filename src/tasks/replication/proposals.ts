import type { Answered, AskEffect, Request } from '../../kernel/effects.js';
import type { NodeId } from '../../kernel/ids.js';
import { isTerminal } from '../../kernel/states.js';
import { nextAsked } from '../asking.js';
import type { JobRecord } from '../job-record.js';
import type { TaskMessage, TaskMessages } from '../messages.js';
import type { TaskRecord } from '../record.js';
import type { RegisterId } from '../register/head.js';
import type { ReplicaSet } from '../register/replica-set.js';
import type { ShardRecord } from '../shard-record.js';
import { JOB, namesOf, SHARD, TASK_PREFIX } from './names.js';

/** One provisional entry that a majority is to be told of. */
export interface ProposalTag {
  readonly register: RegisterId;
  readonly entry: string;
  readonly set: ReplicaSet;
  readonly hops: number;
}

export type ProposalAsk = AskEffect<TaskMessage, ProposalTag>;
export type ProposalAnswer = Answered<TaskMessage, ProposalTag>;

/** An attempt of which a node says that it holds it. */
export type ToldHeld = TaskMessages['held.tell']['held'][number];

/** A coordinator that does not take it down for so long is passed over. */
const PATIENCE_MS = 5_000;

/**
 * What becomes of a provisional entry when a majority is there again: an outcome is proposed like any result, a cancel like any
 * cancel. The rest (losses, progress, the end of a job) the new coordinator finds out by itself.
 */
export function proposalOf(register: RegisterId, entry: string, value: unknown): Request<TaskMessage> | undefined {
  const { job, shard } = namesOf(register);
  if (entry === JOB) return cancelOf(value as JobRecord);
  if (entry === SHARD) return (value as ShardRecord).cancelled ? { kind: 'shard.cancel', job, shard } : undefined;
  if (!entry.startsWith(TASK_PREFIX)) return undefined;
  const { index, state, epoch, executor, outcome, cancelled } = value as TaskRecord;
  if (state === 'cancelled' || (state === 'pending' && cancelled)) return { kind: 'shard.cancel', job, shard, index };
  if (!isTerminal(state) || !outcome) return undefined;
  const ranOn = executor === undefined ? {} : { ranOn: executor };
  return { kind: 'task.result', job, shard, index, epoch, outcome: { ...outcome, degraded: true }, ...ranOn };
}

function cancelOf({ job, cancelled, reason, abandoned }: JobRecord): Request<TaskMessage> | undefined {
  if (!cancelled) return undefined;
  return { kind: 'job.cancel', job, ...(abandoned === true && reason !== undefined ? { reason } : {}) };
}

/** What is still to be told of a shard, as an executor would say it: a new coordinator need not run it again. */
export function heldOf(register: RegisterId, entry: string, value: unknown): ToldHeld | undefined {
  const proposal = proposalOf(register, entry, value);
  if (proposal?.kind !== 'task.result') return undefined;
  const { job, shard, index, epoch } = proposal;
  return { job, shard, index, epoch, state: 'running' };
}

export function propose(message: Request<TaskMessage>, to: NodeId, tag: ProposalTag, delayMs = 0): ProposalAsk {
  return { kind: 'ask', to, message, tag, patience: PATIENCE_MS + delayMs, delayMs };
}

/** Asks on, by the rule of asking.ts, where the one asked does not coordinate. */
export function proposeAgain(message: Request<TaskMessage>, { tag, from, ...event }: ProposalAnswer): ProposalAsk {
  const hints = event.kind === 'reply' && event.message.kind === 'elsewhere' ? event.message.nodes : [];
  const { to, delayMs } = nextAsked(tag.set, from, hints, tag.hops);
  return propose(message, to, { ...tag, hops: tag.hops + 1 }, delayMs);
}

/** Whether it is committed, or beaten by what is. The word of another survivor is none: it would still be on one disk only. */
export function isTaken(event: ProposalAnswer): boolean {
  if (event.kind === 'no-reply') return false;
  const { message } = event;
  if (message.kind === 'job.cancelled') return message.known && message.degraded !== true;
  return message.kind === 'task.recorded' || (message.kind === 'shard.state' && message.degraded !== true);
}
