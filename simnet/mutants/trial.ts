import { Bundler } from './bundle.js';
import { hunt, type Verdict } from './hunt.js';
import type { Mutant } from './mutant.js';

export interface TrialOptions {
  /** Seeds 1 to this are tried, in order. */
  readonly seeds: number;
  /** For one mutant. */
  readonly limitMs: number;
  /** Processes at one time. */
  readonly jobs: number;
}

/** What became of one mutant. */
export interface Trial {
  readonly mutant: Mutant;
  /**
   * The first verdict against it on a story that the clean code passes. A name that is not there, since the code around the
   * mutant has changed, is a slip of the mutant's and catches nothing.
   */
  readonly caught: Verdict | undefined;
  /** How many were tried. */
  readonly stories: number;
  readonly tookMs: number;
  readonly broken: string | undefined;
}

/** The clean code over the same stories: a mutant is caught only by what the clean code passes. */
export interface CleanRun {
  readonly failed: readonly Verdict[];
  readonly stories: number;
  readonly tookMs: number;
  readonly broken: string | undefined;
}

/** Tries mutants against the swarm. */
export class Trials {
  readonly #bundler = new Bundler();
  readonly #seeds: readonly string[];
  /** Those that the clean code does not pass. */
  readonly #void = new Set<string>();

  constructor(readonly options: TrialOptions) {
    this.#seeds = Array.from({ length: options.seeds }, (_, i) => String(i + 1));
  }

  /** Stories that the clean code fails, or has not come to, are left out from now on. */
  async clean(mutants: readonly Mutant[]): Promise<CleanRun> {
    const { jobs, limitMs } = this.options;
    const code = await this.#bundler.bundle();
    const all = [...new Set(mutants.flatMap(({ told }) => told ?? [])), ...this.#seeds];
    const shares = Array.from({ length: jobs }, (_, job) => all.filter((_story, i) => i % jobs === job));
    const hunts = shares.map((stories) => hunt(code, { stories, until: 'all', limitMs: CLEAN_LIMITS * limitMs }));
    const parts = await Promise.all(hunts);
    const verdicts = parts.flatMap((part) => part.verdicts);
    const failed = verdicts.filter(({ findings }) => findings.length > 0);
    const passed = new Set(verdicts.filter((verdict) => !failed.includes(verdict)).map(({ story }) => story));
    for (const story of all) if (!passed.has(story)) this.#void.add(story);
    const tookMs = Math.max(...parts.map((part) => part.tookMs));
    const broken = parts.find((part) => part.broken !== undefined)?.broken;
    return { failed, stories: verdicts.length, tookMs, broken };
  }

  /** @param done - is given each trial as it ends */
  async all(mutants: readonly Mutant[], done: (trial: Trial) => void): Promise<Trial[]> {
    const waiting = [...mutants];
    const trials: Trial[] = [];
    const worker = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const trial = await this.#try(next);
        trials.push(trial);
        done(trial);
      }
    };
    await Promise.all(Array.from({ length: this.options.jobs }, worker));
    return trials;
  }

  async #try(mutant: Mutant): Promise<Trial> {
    try {
      const code = await this.#bundler.bundle(mutant);
      const { limitMs } = this.options;
      const stories = [mutant.told ?? [], ...this.#seeds].flat().filter((story) => !this.#void.has(story));
      const { verdicts, broken, tookMs } = await hunt(code, { stories, until: 'first', limitMs });
      const caught = verdicts.find(({ findings }) => findings.length > 0);
      const slip = caught?.findings.find(({ message }) => message.startsWith('ReferenceError'));
      const tried = { mutant, stories: verdicts.length, tookMs };
      if (slip) return { ...tried, caught: undefined, broken: `no bug: ${slip.message}` };
      return { ...tried, caught, broken };
    } catch (error) {
      return { mutant, caught: undefined, stories: 0, tookMs: 0, broken: (error as Error).message };
    }
  }
}

/** The clean code runs every story to its end, where a mutant mostly runs a few. */
const CLEAN_LIMITS = 10;
