import type { Mutant } from './mutant.js';

/** Of the core that joins the machines: requests, writes, gateways, leaving. */
export const NODE_MUTANTS: readonly Mutant[] = [
  {
    name: 'requests-sent-once',
    file: 'src/node/core/exchange.ts',
    find: 'pending.resendAtMs <= now.monoMs &&',
    replace: 'pending.resendAtMs < 0 &&',
    breaks: 'a request is sent until it is answered',
  },
  {
    name: 'results-given-up',
    file: 'src/node/core/executor-host.ts',
    find: '    this.#tell(result, delayMs, tag.hops + 1);\n',
    replace: '',
    breaks: 'a result waits until its coordinator is back',
  },
  {
    name: 'offer-to-an-earlier-boot-taken',
    file: 'src/node/core/executor-host.ts',
    find: 'message.executorBoot === this.wires.ownLoad().boot',
    replace: 'message.executorBoot <= this.wires.ownLoad().boot',
    breaks: 'nothing runs twice under one epoch',
  },
  {
    name: 'silence-taken-for-yes',
    file: 'src/node/core/gateway/submit.ts',
    find: '  throw unknownOutcome(job, tried);',
    replace:
      '  return { job: job.job, tasks: job.range.count, existed: false, replicas: set.length, acked: majorityOf(set) };',
    breaks: 'accepted means durable',
  },
  {
    name: 'only-the-last-write-of-a-step',
    file: 'src/node/core/outlet.ts',
    find: 'puts: commits.flatMap(({ puts }) => puts) });',
    replace: 'puts: commits.at(-1)?.puts ?? [] });',
    breaks: 'accepted means durable',
  },
  {
    name: 'waiting-tasks-not-pumped',
    file: 'src/node/core/node-core.ts',
    find: 'if (shards.hasWaiting) this.#wiring',
    replace: 'if (shards.unfinished < 0) this.#wiring',
    breaks: 'a task that waits is offered when there is room',
  },
  {
    name: 'restarts-not-noticed',
    file: 'src/node/core/wiring.ts',
    find: 'isHere && before !== undefined && before.boot !== after.boot',
    replace: 'isHere && before !== undefined && before.boot > after.boot',
    breaks: 'what ran on a node that restarted runs again',
  },
  {
    name: 'deaths-not-noticed',
    file: 'src/node/core/wiring.ts',
    find: 'wasHere && !isHere',
    replace: "wasHere && after.state === 'left'",
    breaks: 'what ran on a dead node runs again',
  },
  {
    name: 'outcomes-not-read-back',
    file: 'src/node/core/stored.ts',
    find: 'core.final === undefined ? reader.entriesOf(id) : { entries: [], isBad: false }',
    replace: "core.final === undefined && id === '' ? reader.entriesOf(id) : { entries: [], isBad: false }",
    breaks: 'a recorded outcome never changes',
  },
  {
    name: 'members-not-stored',
    file: 'src/node/core/wiring.ts',
    find: '{ key: MEMBERS_KEY, value: effect.members }',
    replace: '{ key: MEMBERS_KEY, value: [] }',
    breaks: 'a restart asks everybody what they still hold',
  },
  {
    name: 'patience-ends-with-a-death',
    file: 'src/node/core/exchange.ts',
    find: "if (patience === 'forever') return false;",
    replace: '',
    breaks: 'what must arrive waits until its receiver is back',
  },
  {
    name: 'gateway-takes-another-job-for-the-same',
    file: 'src/node/core/gateway/submit.ts',
    find: 'if (digest !== job.digest) throw conflict(job, info.tasks);',
    replace: "if (digest === '') throw conflict(job, info.tasks);",
    breaks: 'one key stands for one job: another under it is a conflict',
  },
];
