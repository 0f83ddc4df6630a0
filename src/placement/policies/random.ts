import { anyOf, type Policy } from './policy.js';

/** Any node that has room, each with the same chance. */
export const RANDOM: Policy = { looksAtLoad: false, pick: anyOf };
