import type { History } from '../history/history.js';
import type { Finding } from './finding.js';

const invariant = 'steals-conserve';

/** A task that was stolen so often stays where it is. */
const STEALS_MAX = 5;

/**
 * Steals conserve tasks. What a node hands back it holds no more: it neither starts it under that epoch afterwards nor is an
 * outcome recorded that it made of it without having run it (nothing is both). A thief is given no more than it has room
 * for, and no less than is handed back for it. That nothing is neither shows in that every accepted task ends.
 */
export function stealsConserve(history: History): Finding[] {
  return [...both(history), ...badGifts(history), ...tooOften(history)];
}

function both({ attempts, messages, durables, deaths }: History): Finding[] {
  const backMs = new Map<string, number>();
  for (const { node, task, epoch, atMs } of messages.handbacks) {
    const name = `${node} ${task} ${epoch}`;
    if (!backMs.has(name)) backMs.set(name, atMs);
  }
  const findings: Finding[] = [];
  const ran = new Set<string>();
  for (const { node, task, epoch, startMs: atMs } of attempts) {
    const name = `${node} ${task} ${epoch}`;
    ran.add(name);
    const message = `${task} was handed back by ${node}, which then started it under the same epoch`;
    if (atMs > (backMs.get(name) ?? Infinity)) findings.push({ invariant, message, atMs });
  }
  for (const { task, epoch, executor, state, atMs } of durables.records) {
    const name = `${executor} ${task} ${epoch}`;
    const sinceMs = backMs.get(name);
    if (state === 'cancelled' || sinceMs === undefined || ran.has(name)) continue;
    // A new coordinator may not have heard of it, and a new boot of that node knows of nothing: rather undone than done twice.
    const hasForgotten = deaths.some((death) => death.node === executor && death.atMs >= sinceMs && death.atMs <= atMs);
    if (state === 'interrupted' && hasForgotten) continue;
    findings.push({ invariant, message: `${task} was handed back by ${executor}, and is ${state} there`, atMs });
  }
  return findings;
}

function badGifts({ messages }: History): Finding[] {
  return messages.steals.flatMap(({ victim, thief, free, given, handedBack, atMs }) => {
    const said = `${victim} says that it gave ${given} tasks to ${thief}`;
    if (given > Math.max(0, Math.ceil(free))) {
      return [{ invariant, message: `${said}, which had ${free} CPUs free`, atMs }];
    }
    return handedBack <= given ? [] : [{ invariant, message: `${said}, and hands back ${handedBack} for it`, atMs }];
  });
}

function tooOften({ messages }: History): Finding[] {
  return messages.offers.flatMap(({ task, steals, atMs }) => {
    return steals <= STEALS_MAX ? [] : [{ invariant, message: `${task} was stolen ${steals} times`, atMs }];
  });
}
