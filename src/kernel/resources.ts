import { amount, record, Type, type Static } from './schema.js';

/** What a task needs or a node has: whole or fractional CPUs, bytes of memory, GPUs, and anything countable by name. */
export const ResourcesSchema = record({
  cpus: amount(100_000),
  memBytes: amount(),
  gpus: amount(100_000),
  custom: Type.Record(Type.String({ maxLength: 100 }), amount(), { maxProperties: 64 }),
});
export type Resources = Static<typeof ResourcesSchema>;

/** The first resource that `free` has too little of, or undefined where all fits. */
export function shortage(needs: Resources, free: Resources): string | undefined {
  if (needs.cpus > free.cpus) return 'cpus';
  if (needs.memBytes > free.memBytes) return 'mem';
  if (needs.gpus > free.gpus) return 'gpus';
  return Object.keys(needs.custom).find((name) => (needs.custom[name] ?? 0) > (free.custom[name] ?? 0));
}

/** `a + sign · b`, resource by resource; those that only `b` has count as absent in `a`. */
export function addResources(a: Resources, b: Resources, sign: 1 | -1 = 1): Resources {
  const custom = { ...a.custom };
  for (const [name, n] of Object.entries(b.custom)) custom[name] = (custom[name] ?? 0) + sign * n;
  return {
    cpus: a.cpus + sign * b.cpus,
    memBytes: a.memBytes + sign * b.memBytes,
    gpus: a.gpus + sign * b.gpus,
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
  for (const [name, n] of Object.entries(needs.custom)) bound(n, free.custom[name] ?? 0);
  return Math.max(0, fits);
}
