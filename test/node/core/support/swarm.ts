import { taskId, type JobId, type NodeId } from '../../../../src/kernel/ids.js';
import { Prng } from '../../../../src/kernel/prng.js';
import { noCounts } from '../../../../src/kernel/states.js';
import { Flock, type Pending } from '../../../../simnet/world/flock.js';

interface Submitted {
  readonly job: JobId;
  readonly pending: Pending;
}

const COMMANDS = ['sleep 5', 'sleep 10-400', 'sleep 2000', 'fail-first 1 50', 'stubborn 300'];

/** A flock to which everything happens at random, one seed one story. History throws where safety is broken. */
export class Swarm {
  readonly flock: Flock;
  readonly story: string[] = [];
  readonly #prng: Prng;
  readonly #jobs: Submitted[] = [];
  readonly #cancelled = new Set<JobId>();

  constructor(readonly seed: number) {
    this.#prng = new Prng(seed);
    this.flock = Flock.formed(3 + this.#prng.below(4), { seed });
    this.flock.network.options.loss = this.#prng.pick([0, 0, 0.02, 0.1]) ?? 0;
  }

  get accepted(): JobId[] {
    const isAccepted = ({ pending: { result } }: Submitted) =>
      result !== undefined && result !== 'node-died' && result.isOk;
    return this.#jobs.filter(isAccepted).map(({ job }) => job);
  }

  /** So many things happen, up to four seconds apart. */
  suffer(things: number): void {
    for (let i = 0; i < things; i++) {
      const at = this.#prng.pick(this.flock.up)?.id;
      const what = at === undefined ? 'all are down' : this.#something(at);
      this.story.push(`${Math.round(this.flock.world.nowMs)} ms: ${what}`);
      this.flock.world.run(this.#prng.below(4_000));
      for (const { core } of this.flock.up) core.validate();
    }
  }

  /** Ends all faults: from now on everything accepted must come to its end. */
  heal(): void {
    this.flock.network.heal();
    this.flock.network.options.loss = 0;
    for (let round = 0; round < 2; round++) {
      this.#startAll();
      // A node that was about to leave goes on to do so.
      this.flock.world.run(16_000);
    }
    this.#startAll();
  }

  /** @throws where something accepted does not end, or somebody does not come to rest */
  settle(): void {
    const { world } = this.flock;
    world.runUntil('the flock is whole', 60_000, () => this.flock.isWhole());
    for (const job of this.accepted) this.#settle(job, this.flock.ids[0] ?? '');
    world.run(30_000);
    const numbers = ['running', 'queued', 'waiting', 'asked', 'clients'].filter((name) => this.flock.total(name) > 0);
    if (numbers.length > 0) throw new Error(`at the end there is still something ${numbers.join(', ')}`);
    if (this.flock.history.running().length > 0) throw new Error('attempts run on');
  }

  /** A job ends, its tasks say the same as itself, and what is said to have succeeded really ran to its end. */
  #settle(job: JobId, at: string): void {
    const { counts } = this.flock.finish(at, job, 120_000);
    const { tasks } = this.flock.request(at, { op: 'tasks', job, after: -1, limit: 1_000 });
    const states = noCounts();
    for (const { index, state } of tasks) {
      states[state] += 1;
      const hasEnded = this.flock.history.of(taskId(job, index)).some(({ how }) => how === 'ended');
      if (state === 'succeeded' && !hasEnded) throw new Error(`${job}/${index} succeeded without an attempt`);
    }
    const [said, found] = [counts, states].map((each) => JSON.stringify(each));
    if (said !== found) throw new Error(`${job} has ${said}, its tasks are ${found}`);
    if (counts.cancelled > 0 && !this.#cancelled.has(job))
      throw new Error(`nobody cancelled ${job}, but it has ${said}`);
  }

  #something(at: NodeId): string {
    const { flock } = this;
    switch (this.#prng.below(10)) {
      case 0:
      case 1:
      case 2:
        return this.#submit(at);
      case 3:
      case 4:
        return this.#kill(at);
      case 5:
        this.#startAll();
        return 'all that are down start';
      case 6:
        return this.#cut();
      case 7:
        flock.network.heal();
        return 'the network heals';
      case 8:
        return this.#cancel(at);
      default:
        flock.node(at).feed({ kind: 'leave' });
        return `${at} leaves`;
    }
  }

  #submit(at: NodeId): string {
    const command = this.#prng.pick(COMMANDS) ?? '';
    const tasks = 1 + this.#prng.below(80);
    const key = this.#prng.chance(0.3) ? { key: 'hot' } : {};
    const submission = this.flock.submission(command, { tasks, retries: this.#prng.below(3), ...key });
    this.#jobs.push({ job: submission.job, pending: this.flock.ask(at, submission) });
    return `${submission.job} of ${tasks} times ${command} is handed to ${at}`;
  }

  #kill(at: NodeId): string {
    const isDark = this.#prng.chance(0.3);
    this.flock.node(at).die(isDark);
    if (this.#prng.chance(0.7)) return `${at} ${isDark ? 'loses its power' : 'is killed'}`;
    this.flock.start(at);
    return `${at} starts again at once`;
  }

  #cut(): string {
    const half = this.#prng.sample(this.flock.ids, Math.ceil(this.flock.ids.length / 2));
    this.flock.network.split(
      half,
      this.flock.ids.filter((id) => !half.includes(id)),
    );
    return `${half.join(', ')} are cut off`;
  }

  #cancel(at: NodeId): string {
    const job = this.#prng.pick(this.#jobs)?.job;
    if (job === undefined) return 'nothing is there to cancel';
    const index = this.#prng.chance(0.5) ? this.#prng.below(10) : undefined;
    this.#cancelled.add(job);
    this.flock.ask(at, { op: 'cancel', job, index });
    return `${job}${index === undefined ? '' : `/${index}`} is cancelled at ${at}`;
  }

  #startAll(): void {
    for (const id of this.flock.ids) if (!this.flock.node(id).isUp) this.flock.start(id);
  }
}
