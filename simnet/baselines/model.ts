/** A node of a model: what it can run at one time, and how fast. */
export interface ModelNode {
  /** CPUs; a task takes as many of them as it needs. */
  readonly slots: number;
  /** Run time is duration divided by it. */
  readonly speed: number;
}

/** Of an arrival in a trace what a model looks at. */
export interface ModelTask {
  readonly atMs: number;
  /** On a node of speed 1. */
  readonly durationMs: number;
  readonly cpus: number;
}

/** What became of each task, in the order of the trace. */
export interface ModelRun {
  /** Index of its node, -1 where it fits none and never ran. */
  readonly node: Int32Array;
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;
  readonly messages: Readonly<Record<string, number>>;
  readonly events: number;
}

/** CPUs count in thousandths, so that thirds and tenths come back whole. */
export function milli(cpus: number): number {
  return Math.round(cpus * 1000);
}

/** A run in the making. */
export function emptyRun(tasks: number): Pick<ModelRun, 'node' | 'startMs' | 'endMs'> {
  return {
    node: new Int32Array(tasks).fill(-1),
    startMs: new Float64Array(tasks).fill(NaN),
    endMs: new Float64Array(tasks).fill(NaN),
  };
}

/** Indices of the tasks as they arrive; at one instant in the order of the trace. */
export function byArrival(tasks: readonly ModelTask[]): number[] {
  return tasks.map((_, i) => i).sort((a, b) => (tasks[a]?.atMs ?? 0) - (tasks[b]?.atMs ?? 0) || a - b);
}
