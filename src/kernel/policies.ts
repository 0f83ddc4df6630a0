/** How a node is chosen for a task: each has a file in src/placement/policies. The first is the default. */
export const POLICIES = [
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
export type PolicyName = (typeof POLICIES)[number];

/** Those that by themselves say how much goes where. */
const UNBOUNDED: ReadonlySet<PolicyName> = new Set([
  'ring',
  'round-robin',
  'weighted-round-robin',
  'random',
  'least-response-time',
  'min-completion',
  'cost',
]);

/** Whether a node takes no more of such tasks than its bound (design.md section 5); of others it takes what its queue holds. */
export function isBounded(policy: PolicyName | undefined): boolean {
  return policy === undefined || !UNBOUNDED.has(policy);
}
