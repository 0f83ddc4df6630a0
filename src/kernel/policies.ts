/** How a node is chosen for a task: each has a file in src/placement/policies. The first is the default. */
export const BUILT_IN_POLICIES = [
  'bounded-ring',
  'ring',
  'round-robin',
  'weighted-round-robin',
  'random',
  'least-loaded',
  'least-connections',
  'least-response-time',
  'two-choices',
  'batch-sampling',
  'spread',
  'binpack',
  'min-completion',
  'cost',
] as const;

/** With that of the module which a daemon was given. */
export const POLICIES = [...BUILT_IN_POLICIES, 'custom'] as const;
export type BuiltInPolicy = (typeof BUILT_IN_POLICIES)[number];
export type PolicyName = (typeof POLICIES)[number];

/** Whether a name is the path of a module, as `./mine.mjs`. */
export function isModulePath(name: string): boolean {
  return name.includes('/') || /\.[cm]?js$/.test(name);
}

/** Those that by themselves say how much goes where. */
const UNBOUNDED: ReadonlySet<PolicyName> = new Set([
  'ring',
  'round-robin',
  'weighted-round-robin',
  'random',
  'least-response-time',
  'min-completion',
  'cost',
  'custom',
]);

/** Whether a node takes no more of such tasks than its bound (design.md section 5); of others it takes what its queue holds. */
export function isBounded(policy: PolicyName | undefined): boolean {
  return policy === undefined || !UNBOUNDED.has(policy);
}
