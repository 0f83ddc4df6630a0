import { assert } from '../../kernel/assert.js';

/** What the runner may take up, and how long it waits. Bytes and milliseconds. */
export interface RunnerLimits {
  /** Of each stream of a running attempt; beyond it what was written so far is cut, and counting goes on. */
  readonly outputBytesMax: number;
  /** Of each stream, given with the end: task records carry them, and records travel. */
  readonly tailBytes: number;
  /** One answer of `read`; what is read in one go blocks the loop (1 MiB: 0.3 ms from the page cache). */
  readonly readBytesMax: number;
  /** Output of ended attempts in all; the oldest is dropped first. */
  readonly spoolBytesMax: number;
  /** Output of an attempt up to this goes into a shared segment, larger output keeps a file of its own. */
  readonly sharedBytesMax: number;
  /** A segment is dropped as a whole: 1/64 of the spool at a time. */
  readonly segmentBytesMax: number;
  /** Ended attempts whose output can still be asked for, silent ones included (about 300 bytes of memory each). */
  readonly keptAttemptsMax: number;
  /** Commands at one time: each slot costs two small processes and five descriptors here. */
  readonly slotsMax: number;
  /** A slot beyond the prewarmed ones ends after this long without work. */
  readonly slotIdleMs: number;
  /** What an attempt leaves running is asked to end, and killed after this; its end is reported after that. */
  readonly leftoverGraceMs: number;
  /** How often output is looked at while somebody waits for more of it. */
  readonly followMs: number;
  /** How often output is held against `outputBytesMax`: at 1 GB/s a stream exceeds it by 100 MB. */
  readonly cutMs: number;
  /** A daemon that has not been heard of for this long loses its attempts: as long as a suspicion takes. */
  readonly silenceMs: number;
  /** Functions at one time: each worker is a thread with a heap of its own, some 5 MB at least. */
  readonly workersMax: number;
  /** Of the heap of one worker; `covey up --function-mem`. */
  readonly workerBytesMax: number;
  /** A worker beyond the prewarmed ones ends after this long without work. */
  readonly workerIdleMs: number;
  /** Workers are made anew after so many calls in all. */
  readonly workerCallsMax: number;
  /** Characters of what a function returns, as JSON: RESULT_MAX of a task's record. */
  readonly resultMax: number;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;

const DEFAULT_RUNNER_LIMITS: RunnerLimits = {
  outputBytesMax: 64 * MIB,
  tailBytes: 4 * KIB,
  readBytesMax: MIB,
  spoolBytesMax: 1024 * MIB,
  sharedBytesMax: 64 * KIB,
  segmentBytesMax: 16 * MIB,
  keptAttemptsMax: 20_000,
  slotsMax: 512,
  slotIdleMs: 30_000,
  leftoverGraceMs: 200,
  followMs: 25,
  cutMs: 100,
  silenceMs: 10_000,
  workersMax: 64,
  workerBytesMax: 512 * MIB,
  workerIdleMs: 30_000,
  workerCallsMax: 1_000_000,
  resultMax: 64 * KIB,
};

/** @throws Bug where the limits contradict each other. */
export function runnerLimits(given: Partial<RunnerLimits> = {}): RunnerLimits {
  const limits = { ...DEFAULT_RUNNER_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits)) assert(value > 0, `limit ${name} is ${value}`);
  const { tailBytes, outputBytesMax, sharedBytesMax, segmentBytesMax, spoolBytesMax, silenceMs } = limits;
  assert(tailBytes <= outputBytesMax, `tailBytes ${tailBytes} > outputBytesMax ${outputBytesMax}`);
  assert(sharedBytesMax <= segmentBytesMax, `sharedBytesMax ${sharedBytesMax} > segmentBytesMax ${segmentBytesMax}`);
  assert(segmentBytesMax <= spoolBytesMax, `segmentBytesMax ${segmentBytesMax} > spoolBytesMax ${spoolBytesMax}`);
  assert(silenceMs >= 2000, `silenceMs ${silenceMs}: the watchdog counts whole seconds and needs two of them`);
  return limits;
}
