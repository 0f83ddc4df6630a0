import type { NodeId } from '../kernel/ids.js';
import type { Now } from '../kernel/time.js';
import type { TimerBook } from '../kernel/timers.js';
import type { LiveTask } from './live-task.js';
import type { TaskMessages } from './messages.js';
import type { ShardEffect } from './shard-events.js';
import type { Placer } from './placer.js';
import type { Outcome } from './record.js';
import { isCancelled, unheardOutcome, type Recording } from './recording.js';
import { recordOf } from './task-records.js';
import type { Shard } from './shard.js';
import type { Asker, ShardTag } from './shard-tags.js';

/**
 * A task whose start may not be ruled out is given up no sooner than this after its grant, or after its coordinator learned
 * of that: an executor takes a grant for 5 s after its ask, on a clock of its own.
 */
export const DOUBT_MS = 10_000;
/** How often doubts are looked through. */
const SWEEP_MS = 1_000;
const TIMER = 'doubts';

type GrantTag = Extract<ShardTag, { readonly what: 'grant' }>;

/**
 * The coordinator's side of tasks that run at most once: an executor asks before it starts one, and is answered when a
 * majority has the grant on disk. A grant serves the ask that it names, never a newer one (register.md, rule 12). Where the
 * start cannot be ruled out and the end is not known, the task ends `interrupted`.
 */
export class Grants {
  /** Shards with tasks that are doubted. */
  readonly #doubtful = new Set<Shard>();

  constructor(
    private readonly recording: Recording,
    private readonly placer: Placer,
    private readonly timers: TimerBook,
    private readonly emit: (effect: ShardEffect) => void,
  ) {}

  asked(shard: Shard, from: NodeId, message: TaskMessages['task.ask']): void {
    const { index, epoch, boot, ask: re } = message;
    // It is not yet known who holds what; an ask that is not answered comes again.
    if (shard.mode === 'recovering') return;
    const task = shard.has(index) ? shard.live.get(index) : undefined;
    const isTheirs = task?.epoch === epoch && task.executor === from && task.executorBoot === boot;
    if (!task || !isTheirs || !shard.runsAtMostOnce) return this.#answer({ to: from, re }, false);
    switch (task.phase) {
      case 'offered':
      case 'queued':
        return this.#grant(shard, task, message);
      case 'granting':
      case 'granted':
        return this.#askedAgain(shard, task, from, message);
      case 'doubted':
        // Its executor was given up, and hands it back when this ask has become too old.
        return;
      case 'waiting':
      case 'resting':
      case 'running':
      case 'committing':
      case 'terminal':
        return this.#answer({ to: from, re }, false);
    }
  }

  /** The grant is at a majority; if it is still wanted, it goes out. */
  written(shard: Shard, tag: GrantTag, now: Now): void {
    const task = shard.live.get(tag.index);
    const { grant, executor } = task ?? {};
    const isMeant = task?.phase === 'granting' && task.epoch === tag.epoch && grant?.nonce === tag.nonce;
    if (!isMeant || !grant || executor === undefined) return;
    if (isCancelled(shard, task)) return this.recording.record(shard, task, 'cancelled');
    grant.sinceMs = now.monoMs;
    shard.move(task, 'granted');
    this.#answer({ to: executor, re: grant.re }, true);
  }

  /** Whether an attempt may have begun, so that only its executor can say that it has not. */
  mayHaveBegun(shard: Shard, { phase }: LiveTask): boolean {
    return shard.runsAtMostOnce && (phase === 'granted' || phase === 'running');
  }

  /** Its executor is gone. */
  doubt(shard: Shard, task: LiveTask): void {
    shard.move(task, 'doubted');
    this.#doubtful.add(shard);
    this.#arm();
  }

  /** A new coordinator finds grants without an end. */
  learned(shard: Shard, now: Now): void {
    for (const { phase, grant } of shard.live.values()) {
      if (phase !== 'doubted' || !grant) continue;
      grant.sinceMs = now.monoMs;
      this.#doubtful.add(shard);
    }
    if (this.#doubtful.size > 0) this.#arm();
  }

  /**
   * A node has said all that it holds of a shard, and by that disowned the rest. That is a promise only of the boot that
   * asked: a later one does not know what its forerunner started (register.md, rule 10).
   */
  disowned(shard: Shard, node: NodeId, boot: number): void {
    for (const task of shard.live.values()) {
      if (task.phase !== 'doubted' || task.executor !== node || task.grant?.boot !== boot) continue;
      this.recording.record(shard, task, isCancelled(shard, task) ? 'cancelled' : 'pending');
    }
  }

  /** A node that was given up is there after all, in the same boot: it goes on with what it was granted. */
  here(node: NodeId): void {
    for (const shard of this.#doubtful) {
      if (shard.mode === 'closed') continue;
      for (const task of shard.live.values()) {
        const isBack = task.executor === node && task.executorBoot === this.placer.bootOf(node) && task.grant?.isOwn;
        if (task.phase !== 'doubted' || !isBack) continue;
        shard.move(task, task.startedAtMs === undefined ? 'granted' : 'running');
        if (isCancelled(shard, task)) this.recording.revoke(shard, node, [task]);
      }
    }
  }

  /**
   * Ends a task whose attempt may have run, and did not come to an end of its own.
   *
   * @param outcome - what its executor says of it, where that is known
   */
  interrupt(shard: Shard, task: LiveTask, outcome: Outcome, answer?: Asker): void {
    const reason = `${outcome.reason ?? 'it was called back while it ran'}; at-most-once tasks are not started again`;
    const state = isCancelled(shard, task) ? 'cancelled' : 'interrupted';
    this.recording.record(shard, task, state, { ...outcome, how: 'lost', reason }, answer);
  }

  ownsTimer(name: string): boolean {
    return name === TIMER;
  }

  /** @param changed - to be told of each shard of which tasks were given up */
  onTimer(now: Now, changed: (shard: Shard) => void): void {
    for (const shard of [...this.#doubtful]) {
      if (shard.mode === 'open') this.#giveUp(shard, now, changed);
      const isDoubtful = [...shard.live.values()].some(({ phase }) => phase === 'doubted');
      if (!isDoubtful || shard.mode === 'closed') this.#doubtful.delete(shard);
    }
    if (this.#doubtful.size > 0) this.#arm();
  }

  #giveUp(shard: Shard, now: Now, changed: (shard: Shard) => void): void {
    const due = [...shard.live.values()].filter(({ phase, grant }) => {
      return phase === 'doubted' && (grant?.sinceMs ?? 0) + DOUBT_MS <= now.monoMs;
    });
    for (const task of due) {
      const { executor, executorBoot, startedAtMs } = task;
      // It may only have seemed dead: should it come back, it ends what it runs.
      if (executor !== undefined && this.placer.bootOf(executor) === executorBoot) {
        this.recording.revoke(shard, executor, [task], 'forever');
      }
      const reason = `its node died after the start was ${startedAtMs === undefined ? 'granted' : 'made'}`;
      const outcome = unheardOutcome('lost', now.wallMs, reason);
      this.interrupt(shard, task, startedAtMs === undefined ? outcome : { ...outcome, startedAtMs });
    }
    if (due.length > 0) changed(shard);
  }

  /** Its executor has closed every ask before its newest: a grant for one of those can start nothing any more. */
  #askedAgain(shard: Shard, task: LiveTask, from: NodeId, message: TaskMessages['task.ask']): void {
    const { nonce, ask: re } = message;
    const { grant, phase } = task;
    if (!grant || nonce < grant.nonce) return this.#answer({ to: from, re }, false);
    if (nonce > grant.nonce) {
      // The write under way names another ask; when it is done, this one is asked again.
      if (phase === 'granted') this.#grant(shard, task, message);
      return;
    }
    grant.re = re;
    if (phase === 'granted' && !isCancelled(shard, task)) this.#answer({ to: from, re }, true);
  }

  /** What is cancelled is being called back, and its ask stays without an answer. */
  #grant(shard: Shard, task: LiveTask, { boot, nonce, ask: re }: TaskMessages['task.ask']): void {
    if (isCancelled(shard, task)) return;
    const { job, shard: number } = shard.record;
    const { index, epoch } = task;
    task.grant = { boot, nonce, re, sinceMs: 0, isOwn: true };
    shard.move(task, 'granting');
    const tag: GrantTag = { what: 'grant', job, shard: number, index, epoch, nonce };
    this.recording.write(shard, [recordOf(task, 'pending')], tag);
  }

  #answer({ to, re }: Asker, isGranted: boolean): void {
    this.emit({ kind: 'reply', to, re, message: { kind: 'task.granted', isGranted } });
  }

  #arm(): void {
    if (!this.timers.isArmed(TIMER)) this.emit(this.timers.arm(TIMER, SWEEP_MS));
  }
}
