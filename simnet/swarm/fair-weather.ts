import { jobId, type NodeId } from '../../src/kernel/ids.js';
import { terminalCount } from '../../src/kernel/states.js';
import type { Submission } from '../../src/node/core/gateway/requests.js';
import type { JobInfo } from '../../src/tasks/queries.js';
import type { Prng } from '../../src/kernel/prng.js';
import { asExpected, type Expected } from '../checks/fair.js';
import type { Finding } from '../checks/finding.js';
import type { Flock } from '../world/flock.js';
import type { JobOptions } from '../world/submission.js';

/** One way of the switched network of a story that has healed, and a little. */
const ANSWER_MS = 20_000;
const LOOK_MS = 20;
/** Of a task, where a node stops long ones for short ones: src/executor/queue/srtf.ts. */
const PREEMPTIONS_MAX = 3;
/** Of a disk, ms a write. */
const SLOW = { lowMs: 25, highMs: 75, slowRate: 0, slowMs: 0 };

/** A flock in which all is well, with what scenes need to act on it; whatever then deviates from plan is a finding. */
export class FairWeather {
  #jobs = 0;

  constructor(
    readonly flock: Flock,
    readonly prng: Prng,
    /** The name under which a scene finds. */
    readonly invariant: string,
    readonly findings: Finding[],
  ) {}

  /** All that the flock can run at one time. */
  get slots(): number {
    return this.flock.up.reduce((sum, { core }) => sum + Math.floor(core.membership.self.profile.capacity.cpus), 0);
  }

  get nowMs(): number {
    return this.flock.world.nowMs;
  }

  get #preempts(): boolean {
    return this.flock.ids.some((id) => this.flock.machine(id).profile.discipline === 'srtf');
  }

  any(): NodeId {
    const { up } = this.flock;
    return this.prng.pick(up)?.id ?? ('n0' as NodeId);
  }

  say(message: string): void {
    this.findings.push({ invariant: this.invariant, message, atMs: this.nowMs });
  }

  add(findings: readonly Finding[]): void {
    this.findings.push(...findings);
  }

  expect(expected: Expected): void {
    const [least, most] = expected.attempts;
    const attempts = [least, most + (this.#preempts ? PREEMPTIONS_MAX : 0)] as const;
    this.add(asExpected(this.flock.history, { ...expected, attempts }, this.invariant));
  }

  submission(command: string, options: JobOptions = {}): Submission & { readonly op: 'submit' } {
    this.#jobs += 1;
    return this.flock.submission(command, { ...options, id: `${this.invariant.replaceAll('-', '')}${this.#jobs}` });
  }

  /** Returns the job once it is accepted. */
  submit(command: string, options: JobOptions = {}, at = this.any()): string {
    return this.flock.request(at, this.submission(command, options), ANSWER_MS).job;
  }

  /** Waits for the end of a job, as seen from somewhere else, or `at` a node. */
  finish(job: string, withinMs: number, at = this.any()): JobInfo | undefined {
    let [info, hasEnded]: [JobInfo | undefined, boolean] = [undefined, false];
    let isAsking = false;
    const look = (): boolean => {
      if (hasEnded) return true;
      if (isAsking) return false;
      isAsking = true;
      this.flock.node(at).request({ op: 'job', job: jobId(job), waitMs: 0 }, (result) => {
        isAsking = false;
        if (!result?.isOk) return;
        info = result.value as JobInfo;
        hasEnded = terminalCount(info.counts) === info.tasks;
      });
      return false;
    };
    this.until(withinMs, `${job} ends`, look);
    return info;
  }

  until(ms: number, what: string, condition: () => boolean): void {
    const endMs = this.nowMs + ms;
    while (!condition()) {
      if (this.nowMs >= endMs) return this.say(`not within ${Math.round(ms)} ms: ${what}`);
      this.flock.world.run(LOOK_MS);
    }
  }

  /** Starts again whoever is down, and waits until all believe in it. */
  allBack(ms = 30_000): void {
    for (const id of this.flock.ids) this.flock.revive(id);
    this.until(ms, 'all nodes agree on who there is', () => this.flock.up.length > 0 && this.flock.isWhole());
  }

  /** Runs `scene` on disks that take their time. */
  withSlowDisks(scene: () => void): void {
    const { flock } = this;
    const disks = flock.ids.map((id) => flock.disk(id));
    const before = disks.map((disk) => disk.syncTimes);
    for (const disk of disks) disk.syncTimes = SLOW;
    scene();
    disks.forEach((disk, i) => (disk.syncTimes = before[i] ?? flock.syncTimes));
  }
}
