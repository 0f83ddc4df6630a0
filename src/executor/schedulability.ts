/** A task that comes again and again. */
export interface Stream {
  readonly periodMs: number;
  /** Of one run, on one CPU or on several. */
  readonly runtimeMs: number;
  /** From its release until it is to have ended. */
  readonly deadlineMs: number;
  /** Whole CPUs that it holds while it runs. */
  readonly cpus: number;
}

/** Says why a CPU cannot keep up with these; undefined where it can. */
export type UtilisationTest = (streams: readonly Stream[]) => string | undefined;

/**
 * Whether the shortest period first keeps all up with their periods: they take no more than n (2^(1/n) - 1) of the CPU, 0.693
 * for many (Liu and Layland, JACM 20, 1973, theorem 5). Sufficient, not necessary.
 */
export function rateMonotonic(streams: readonly Stream[]): string | undefined {
  const used = streams.reduce((sum, { runtimeMs, periodMs }) => sum + runtimeMs / periodMs, 0);
  const bound = streams.length * (2 ** (1 / streams.length) - 1);
  if (streams.length === 0 || used <= bound + Number.EPSILON) return undefined;
  return `periodic tasks would take ${used.toFixed(3)} of a CPU, above the ${bound.toFixed(3)} that rm is sure of`;
}

/**
 * Whether the shortest deadline first keeps all deadlines: the longest response of each, all released at once, found as a fixed
 * point (Audsley, Burns, Richardson, Tindell, Wellings, Software Engineering Journal 8, 1993). Exact for deadlines up to the
 * period, where tasks are interrupted at no cost.
 */
export function deadlineMonotonic(streams: readonly Stream[]): string | undefined {
  const byDeadline = streams.toSorted((a, b) => a.deadlineMs - b.deadlineMs);
  for (const [i, stream] of byDeadline.entries()) {
    const { deadlineMs } = stream;
    if (responseMs(stream, byDeadline.slice(0, i)) <= deadlineMs) continue;
    return `a periodic task could end after its deadline of ${deadlineMs} ms`;
  }
  return undefined;
}

/** Infinity where it exceeds the deadline. */
function responseMs({ runtimeMs, deadlineMs }: Stream, before: readonly Stream[]): number {
  for (let ms = runtimeMs; ms <= deadlineMs;) {
    const next = before.reduce((sum, one) => sum + Math.ceil(ms / one.periodMs) * one.runtimeMs, runtimeMs);
    if (next === ms) return ms;
    ms = next;
  }
  return Infinity;
}

/**
 * Whether these can be dealt to CPUs each of which passes the test: first fit, those that take most of a CPU first (Dhall and Liu,
 * Operations Research 26, 1978).
 */
export function fitOn(cpus: number, streams: readonly Stream[], test: UtilisationTest): string | undefined {
  const bins = Array.from({ length: Math.floor(cpus) }, (): Stream[] => []);
  const load = ({ runtimeMs, periodMs }: Stream) => runtimeMs / periodMs;
  for (const stream of streams.toSorted((a, b) => load(b) - load(a))) {
    const refusals = bins.map((bin) => test([...bin, stream]));
    const fits = bins.filter((_, i) => refusals[i] === undefined).slice(0, stream.cpus);
    if (fits.length < stream.cpus) return refusals.find((why) => why !== undefined) ?? 'it has too few CPUs';
    for (const bin of fits) bin.push(stream);
  }
  return undefined;
}
