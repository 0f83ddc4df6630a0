/**
 * What one run of a scenario came to: what the summary prints, `--json` gives and the report draws. Plain data, every
 * time in virtual milliseconds since the run began unless its name says otherwise.
 */
export interface RunResult {
  readonly scenario: string;
  readonly policy: string;
  readonly transport: 'simulated' | 'libp2p' | 'model';
  readonly nodes: number;
  readonly slots: number;
  readonly seed: number;
  /** 16 hexadecimal digits over every event of every node in order; equal seeds give equal ones. Empty for `libp2p`. */
  readonly traceHash: string;
  readonly virtualMs: number;
  readonly wallMs: number;
  /** Steps of all cores. */
  readonly events: number;
  readonly tasks: TaskCounts;
  /** From arrival to first start. */
  readonly waitMs: Distribution;
  /** From arrival to the end. */
  readonly responseMs: Distribution;
  /** Response divided by run time, at least 1; tasks shorter than 10 ms count as 10 ms (bounded slowdown). */
  readonly slowdown: Distribution;
  readonly makespan: Makespan;
  readonly balance: Balance;
  readonly traffic: Traffic;
  readonly series: Series;
  readonly faults: readonly FaultSpan[];
}

export interface TaskCounts {
  readonly submitted: number;
  readonly accepted: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly lost: number;
  /** Attempts beyond the first of their task. */
  readonly reruns: number;
  readonly steals: number;
}

export interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
  /** Points of the cumulative distribution for drawing, ascending: [value, part of all that are at most that]. */
  readonly curve: readonly (readonly [number, number])[];
}

export interface Makespan {
  /** First arrival to last end. */
  readonly ms: number;
  /** max(work / slots, longest task), and where tasks arrive over time not less than the last arrival plus its run time. */
  readonly lowerBoundMs: number;
  readonly ratio: number;
}

export interface Balance {
  readonly tasksPerNode: readonly number[];
  readonly busyMsPerNode: readonly number[];
  /** Of busy time; 1 is perfect. */
  readonly maxOverAverage: number;
  /** Jain's fairness index of busy time per slot: 1 is perfect, 1/n the worst. */
  readonly jain: number;
}

/** Per node and second of virtual time. */
export interface Traffic {
  readonly messagesPerNodeS: number;
  readonly bytesPerNodeS: number;
  readonly gossipBytesPerNodeS: number;
  readonly messagesByKind: Readonly<Record<string, number>>;
}

/** Samples at equal steps; every array is as long as `atMs`. */
export interface Series {
  readonly atMs: readonly number[];
  /** Running tasks / slots of the nodes that are up, 0..1. */
  readonly utilisation: readonly number[];
  readonly running: readonly number[];
  /** Tasks queued at executors and waiting at coordinators. */
  readonly queued: readonly number[];
  readonly queuedMaxOfANode: readonly number[];
  readonly nodesUp: readonly number[];
  /** Part of the nodes that are up which believe just those alive that are up, 0..1. */
  readonly viewsRight: readonly number[];
  /** Tasks so far. */
  readonly arrived: readonly number[];
  /** Tasks so far. */
  readonly finished: readonly number[];
  /** Of all nodes together. */
  readonly messagesPerS: readonly number[];
  /** Mean wait of the tasks that started in the step, ms; 0 where none did. */
  readonly waitMs: readonly number[];
  /** For a heat map: queue lengths of up to 64 groups of nodes, one row a group (mean of the group). */
  readonly queuedByGroup: readonly (readonly number[])[];
}

export interface FaultSpan {
  readonly atMs: number;
  /** Equal to `atMs` for what happens in an instant. */
  readonly untilMs: number;
  readonly label: string;
}
