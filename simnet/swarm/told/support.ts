import { jobId, type NodeId } from '../../../src/kernel/ids.js';
import type { Message } from '../../../src/node/core/wire.js';
import type { ReplicaSet } from '../../../src/tasks/register/replica-set.js';
import { coreKey, type StoredCore } from '../../../src/tasks/register/stored.js';
import type { Attempt } from '../../history/history.js';
import type { FairWeather } from '../fair-weather.js';

/** What a node's disk holds of a job, apart from its entries. */
export function coreAt({ flock }: FairWeather, node: NodeId, job: string): StoredCore | undefined {
  return flock.disk(node).get(coreKey(jobId(job))) as StoredCore | undefined;
}

/** The replicas of a job that is accepted, the one that made it first. */
export function setOf(fair: FairWeather, job: string): ReplicaSet {
  for (const node of fair.flock.ids) {
    const set = coreAt(fair, node, job)?.head?.set;
    if (set) return set;
  }
  return [];
}

export function attemptsOf({ flock }: FairWeather, job: string): Attempt[] {
  return flock.history.attempts.filter(({ task }) => task.startsWith(`${job}/`));
}

/** So many jobs of one task each, under as many placement keys. */
export function submitApart(fair: FairWeather, jobs: number, command: string, at?: NodeId): string[] {
  return Array.from({ length: jobs }, (_, i) => fair.submit(command, { key: `k${i}` }, at));
}

/** A node drains, and one other hears no word of it before the end, which is returned. */
export function drainUnheard({ flock }: FairWeather, drained: NodeId, deaf: NodeId): () => void {
  const isAbout = (message: Message): boolean => {
    if (message.kind === 'swim.rumour') return message.rumour.member.id === drained;
    return 'rumours' in message && message.rumours.some(({ member }) => member.id === drained);
  };
  const ends = [
    flock.network.tamper({ kinds: ['swim.hello', 'swim.digest', 'swim.states'], to: deaf, fate: 'lost' }),
    flock.network.tamper({ kinds: ['swim.rumour', 'swim.ping', 'swim.ack'], to: deaf, fate: 'lost', when: isAbout }),
  ];
  flock.node(drained).request({ op: 'drain', node: drained, begin: true }, () => undefined);
  return () => ends.forEach((end) => end());
}

/** Kills a node whose disk has brought nothing to an end for a while. */
export function dieUnsynced({ flock }: FairWeather, node: NodeId, whileMs: number): void {
  const disk = flock.disk(node);
  const before = disk.syncTimes;
  disk.syncTimes = { lowMs: 30_000, highMs: 30_000, slowRate: 0, slowMs: 0 };
  flock.world.run(whileMs);
  flock.node(node).die(false);
  disk.syncTimes = before;
}
