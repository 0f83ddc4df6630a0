import { jobId, nodeId } from '../../src/kernel/ids.js';
import { terminalCount } from '../../src/kernel/states.js';
import { acceptedJobs } from '../checks/accepted.js';
import type { Finding } from '../checks/finding.js';
import { excused } from '../checks/all.js';
import type { JobInfo } from '../../src/tasks/queries.js';
import type { Flock } from '../world/flock.js';
import type { Clients } from './clients.js';
import { lostWithTheirOnlyDisk } from './lying-disk.js';
import type { Story } from './story.js';
import { mayStayAway } from './lost.js';
import { runTimeMs } from './work.js';

/**
 * A node that was on its way out when all healed goes on to leave, and is started again. It waits up to a minute for others to take
 * what it holds, which they cannot where a machine is lost.
 */
const COME_BACK_MS = 60_000;
/**
 * From the last death or start on. Of 2,000 seeds all but one need at most 10 s, half of them 0.1 s, that one 12.7 s: nodes dial
 * the dead by chance, and what TCP kept back in a split comes with its next try, so that there is no sharp bound.
 */
const VIEWS_MS = 10_000;
/** Beyond its own run time. */
const TERMINAL_MS = 30_000;
/** The last requests are answered. */
const QUIET_MS = 30_000;
/** What TCP kept back in a split may come seconds after its end; till then readers are told that not all is known. */
const READS_MAX = 15;
/** Clients try again and again, each time with patience. */
const ANSWERED_MS = 60_000;
const LOOK_MS = 100;

/** What is demanded once all faults are over, of nobody but the nodes: no operator helps. */
export class Healing {
  #deathMs = 0;
  readonly #asking = new Set<string>();
  #asked = 0;

  constructor(
    private readonly flock: Flock,
    private readonly story: Story,
    private readonly findings: Finding[],
  ) {
    flock.onDeath(() => (this.#deathMs = flock.world.nowMs));
  }

  /**
   * All nodes are back and agree on who there is, clients are answered, accepted tasks end, nothing is under way any more;
   * then everybody is asked what became of it.
   *
   * @param look - to be called at the end and in between
   */
  demand(clients: Clients, look: () => void): void {
    const { flock } = this;
    const { world, history } = flock;
    history.phases.healedMs = world.nowMs;
    for (const id of [...flock.away]) if (!mayStayAway(flock, this.story, id)) flock.comeBack(id);
    this.within('come-back', COME_BACK_MS, 'all nodes are back to stay', () => this.#isStaying());
    look();
    if (flock.away.size > 0) this.#demandWithout();
    this.within('views-equal', VIEWS_MS, 'all nodes agree on who there is', () => this.#isAgreed(), true);
    look();
    this.within('answered', ANSWERED_MS, 'every client has his answer', () => clients.isDone);
    for (const job of lostWithTheirOnlyDisk(flock)) history.lost.add(job);
    const unjudged = excused(history);
    const accepted = [...acceptedJobs(history.clients).keys()].filter((job) => !unjudged.has(job));
    const open = new Set(accepted.map(String));
    const untilEnd = () => `every accepted task ends, those of ${[...open].join(', ')} too`;
    this.within('terminal', TERMINAL_MS + runTimeMs(this.story, history), untilEnd, () => this.#haveEnded(open));
    // What two sets run against each other need not come to rest, nor what nobody can bring any more.
    if (unjudged.size === 0) this.#demandRest();
    history.phases.restMs = world.nowMs;
    for (const job of accepted) for (const at of [0, flock.ids.length - 1]) clients.read(at, job, READS_MAX);
    this.within('answered', ANSWERED_MS, 'every client has his answer', () => clients.isDone);
    if (unjudged.size > 0) return;
    this.#demandRest();
    look();
  }

  /** What was accepted ends while a machine stays away; then that comes back with its old disk. */
  #demandWithout(): void {
    const { flock, story } = this;
    const open = new Set([...acceptedJobs(flock.history.clients).keys()].map(String));
    const untilEnd = () =>
      `without ${[...flock.away].join()} every accepted task ends, those of ${[...open].join(', ')} too`;
    const machines = story.machines.filter((_, i) => !flock.away.has(nodeId(`n${i}`)));
    const withinMs = TERMINAL_MS + runTimeMs({ ...story, machines }, flock.history);
    // Whom a poisoned task has felled must find out anew who is gone.
    this.within('accepted-goes-on', withinMs, untilEnd, () => this.#haveEnded(open), true);
    for (const id of [...flock.away]) flock.comeBack(id);
    this.within('come-back', COME_BACK_MS, 'all nodes are back to stay', () => this.#isStaying());
  }

  #demandRest(): void {
    const what = () => `all come to rest, ${this.#busy().join('; ')} too`;
    this.within('quiet', QUIET_MS, what, () => this.#busy().length === 0);
  }

  /** @param isFromDeath - the time counts anew from each death, which takes a while to get over */
  within(
    invariant: string,
    ms: number,
    what: string | (() => string),
    condition: () => boolean,
    isFromDeath = false,
  ): void {
    const { world } = this.flock;
    const startMs = world.nowMs;
    while (!condition()) {
      if (world.nowMs - Math.max(startMs, isFromDeath ? this.#deathMs : 0) >= ms) {
        const text = typeof what === 'string' ? what : what();
        this.findings.push({ invariant, message: `not within ${Math.round(ms)} ms: ${text}`, atMs: world.nowMs });
        return;
      }
      world.run(LOOK_MS);
    }
  }

  #isStaying(): boolean {
    const { up, ids } = this.flock;
    return up.length === ids.length - this.flock.away.size && up.every(({ core }) => !core.membership.self.draining);
  }

  #isAgreed(): boolean {
    const { flock } = this;
    return flock.isWhole() && new Set(flock.up.map(({ core }) => core.membership.viewDigest)).size === 1;
  }

  /** Asks about every job that is still open, and waits for what is said. */
  #haveEnded(open: Set<string>): boolean {
    const { up } = this.flock;
    for (const job of open) {
      // One after the other: who came while only the lost machine was there knows of no other yet.
      const node = up[this.#asked++ % up.length];
      if (!node || this.#asking.has(job)) continue;
      this.#asking.add(job);
      node.request({ op: 'job', job: jobId(job), waitMs: 0 }, (result) => {
        this.#asking.delete(job);
        if (!result?.isOk) return;
        const info = result.value as JobInfo;
        if (terminalCount(info.counts) === info.tasks) open.delete(job);
      });
    }
    return open.size === 0;
  }

  #busy(): string[] {
    const { up, history } = this.flock;
    const busy = up.flatMap(({ id, core }) => {
      const stats = core.stats();
      const names = ['running', 'queued', 'waiting', 'unfinished', 'asked', 'clients'];
      const left = names.filter((name) => (stats[name] ?? 0) > 0).map((name) => `${stats[name]} ${name}`);
      return left.length === 0 ? [] : [`${id}: ${left.join(', ')}`];
    });
    const running = history.running().map(({ task, node }) => `${task} on ${node}`);
    return running.length === 0 ? busy : [...busy, `running: ${running.slice(0, 3).join(', ')}`];
  }
}
