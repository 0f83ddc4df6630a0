import type { Mutant } from './mutant.js';

/** A planted bug that the swarm does not see yet. */
export interface Escaped extends Mutant {
  /** What would catch it. */
  readonly why: string;
}

/** What the swarm does not prove: run by name, or all with `npm run mutants -- --escaped`. */
export const ESCAPED: readonly Escaped[] = [
  {
    name: 'cancel-misses-shards-under-creation',
    file: 'src/tasks/job-home.ts',
    find: 'for (const shard of job.shardsUnderCreation()) this.#createCancelled(job, shard);',
    replace: '',
    breaks: 'what is cancelled before it starts never starts',
    why: 'a cancel while one home of a shard has not yet answered the creation, with that home slow or away',
  },
  {
    name: 'thought-dead-is-not-called-back',
    file: 'src/tasks/task-round.ts',
    find: 'if (boot === undefined) this.recording.revoke',
    replace: 'if (held.length < 0) this.recording.revoke',
    breaks: 'after a partition no task runs on beside its own rerun',
    why: 'a long cut with long tasks, and no task beside its own rerun once views are whole',
  },
  {
    name: 'cancel-lost-with-the-node',
    file: 'src/tasks/task-round.ts',
    find: "if (tag.state === 'pending' && isCancelled(shard, task)) this.recording.record(shard, task, 'cancelled');",
    replace: '',
    breaks: 'a cancelled task ends, though its record was under way when the cancel came',
    why: 'a death of the executor while the cancel of its task is being written',
  },
  {
    name: 'hand-back-of-any-epoch-believed',
    file: 'src/tasks/task-round.ts',
    find: 'const isHeld = task?.epoch === epoch && task.executor === from;',
    replace: 'const isHeld = task?.executor === from;',
    breaks: 'an attempt that is held is not started again elsewhere',
    why: 'duplicates that come seconds late, of hand-backs above all',
  },
  {
    name: 'late-word-of-what-was-handed-back',
    file: 'src/tasks/task-round.ts',
    find: 'boot < this.placer.bootOf(node) || held.epoch === handedBack',
    replace: 'boot < this.placer.bootOf(node)',
    breaks: 'a task that nobody holds any more is offered again',
    why: 'lanes that overtake each other: an inventory older than a hand-back that it follows',
  },
  {
    name: 'unanswered-offer-not-revoked',
    file: 'src/tasks/offering.ts',
    find: 'if (tasks.length === 0) return;\n    const message',
    replace: 'return;\n    const message',
    breaks: 'an offer that was given up does not run on',
    why: 'an offer whose answer alone is lost, and whose task runs longer than the wait for the answer',
  },
  {
    name: 'views-never-compared',
    file: 'src/membership/syncer.ts',
    find: 'else if (ask) for (const chunk',
    replace: "else if (ask && view === '') for (const chunk",
    breaks: 'views agree within ten seconds of the last fault',
    why: 'a rumour that all copies of are lost, with no later one to bring it',
  },
  {
    name: 'thief-asks-only-once',
    file: 'src/placement/stealing.ts',
    find: 'this.#isAsking = false;\n    this.#stolen',
    replace: 'this.#stolen',
    breaks: 'an idle node finds work that waits elsewhere',
    why: 'work for one node alone that comes in waves, and a stricter bound on how long slots stay idle',
  },
  {
    name: 'own-load-not-told',
    file: 'src/node/core/own-load.ts',
    find: 'seq: before.seq + 1',
    replace: 'seq: 1',
    breaks: 'nodes know the load of others to within a second or so',
    why: 'a stricter bound on how long slots stay idle, or a check of what nodes say of the load of others',
  },
  {
    name: 'key-not-searched',
    file: 'src/node/core/gateway/submit.ts',
    find: 'mayBeKnown ? yield* search(scene, job.job) : undefined',
    replace: '(mayBeKnown && (yield* search(scene, job.job)), undefined)',
    breaks: 'one key stands for one job, whoever is alive when it is submitted again',
    why: 'a key whose owner on the ring has changed since, in a flock where nobody is away',
  },
  {
    name: 'result-acknowledged-before-durable',
    file: 'src/tasks/task-round.ts',
    find: 'this.#decide(shard, task, outcome, answer);',
    replace: 'this.#answer(answer);\n    this.#decide(shard, task, outcome, answer);',
    breaks: 'an executor keeps a result until it is recorded',
    why: 'slow disks at a coordinator that dies between its answer and the write of a result',
  },
  {
    name: 'refused-offer-taken-later',
    file: 'src/executor/executor.ts',
    find: 'if (fate !== undefined) return',
    replace: "if (fate === 'taken') return",
    breaks: 'an offer that was refused, or given up, never runs',
    why: 'more repeats of an offer that was refused',
  },
  {
    name: 'dead-not-redialled',
    file: 'src/membership/dialler.ts',
    find: "filter((m) => m.state === 'dead')",
    replace: "filter((m) => m.state === 'left')",
    breaks: 'partitions heal by themselves',
    why: 'a long cut in a flock whose seed nodes have all left, so that only who remembers the dead can dial',
  },
];
