import { amount, mapOf, record, type Static } from './schema.js';

/** What a task needs or a node has: whole or fractional CPUs, bytes of memory, GPUs, and anything countable by name. */
export const ResourcesSchema = record({
  cpus: amount(100_000),
  memBytes: amount(),
  gpus: amount(100_000),
  custom: mapOf(amount(), 64, 100),
});
export type Resources = Static<typeof ResourcesSchema>;

/**
 * Amounts count in millionths: in doubles 0.3 - 0.1 - 0.1 is less than 0.1, and what a busy node has free would drift away
 * from what it has. Beyond 2^33 a millionth is below a double's own precision, and amounts are left as they are.
 */
function inMillionths(amount: number): number {
  return Math.abs(amount) < 2 ** 33 ? Math.round(amount * 1e6) / 1e6 : amount;
}

function exceeds(need: number, have: number): boolean {
  return need > have && inMillionths(need) > inMillionths(have);
}

function sum(a: number, sign: 1 | -1, b: number): number {
  return inMillionths(a + sign * inMillionths(b));
}

export const NOTHING: Resources = { cpus: 0, memBytes: 0, gpus: 0, custom: {} };

/** What a node offers that has podman or docker, and a task in a container needs one of. */
export const CONTAINER = 'container';

/** `needs` but for a container. */
export function withoutContainer(needs: Resources): Resources {
  return { ...needs, custom: Object.fromEntries(Object.entries(needs.custom).filter(([name]) => name !== CONTAINER)) };
}

/** What `shortage` has found, for people: `too little gpus`. */
export function lackOf(resource: string): string {
  return resource === CONTAINER ? 'no podman or docker' : `too little ${resource}`;
}

/** The first resource that `free` has too little of, or undefined where all fits. */
export function shortage(needs: Resources, free: Resources): string | undefined {
  if (exceeds(needs.cpus, free.cpus)) return 'cpus';
  if (exceeds(needs.memBytes, free.memBytes)) return 'mem';
  if (exceeds(needs.gpus, free.gpus)) return 'gpus';
  return Object.keys(needs.custom).find((name) => exceeds(needs.custom[name] ?? 0, amountOf(free, name)));
}

/** `a + sign · b`, resource by resource; those that only `b` has count as absent in `a`. */
export function addResources(a: Resources, b: Resources, sign: 1 | -1 = 1): Resources {
  const names = Object.keys(b.custom);
  const custom = names.length === 0 ? a.custom : { ...a.custom };
  for (const name of names) custom[name] = sum(amountOf(a, name), sign, amountOf(b, name));
  return {
    cpus: sum(a.cpus, sign, b.cpus),
    memBytes: sum(a.memBytes, sign, b.memBytes),
    gpus: sum(a.gpus, sign, b.gpus),
    custom,
  };
}

/** How many such tasks fit into `free`, by every resource they name. */
export function fitCount(needs: Resources, free: Resources): number {
  let fits = Infinity;
  const bound = (need: number, have: number) => {
    if (need > 0) fits = Math.min(fits, Math.floor(have / need + 1e-9));
  };
  bound(needs.cpus, free.cpus);
  bound(needs.memBytes, free.memBytes);
  bound(needs.gpus, free.gpus);
  for (const [name, n] of Object.entries(needs.custom)) bound(n, amountOf(free, name));
  return Math.max(0, fits);
}

/** What is there of a custom resource: its own property only, for a name may be `constructor`. */
function amountOf({ custom }: Resources, name: string): number {
  return Object.hasOwn(custom, name) ? (custom[name] ?? 0) : 0;
}
