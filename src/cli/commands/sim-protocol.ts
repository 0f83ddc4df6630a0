import type { Standing } from '../../../simnet/experiment/run.js';
import type { RunResult } from '../../../simnet/measure/result.js';
import type { Override } from '../../toml/source.js';
import type { ErrorCode } from '../../kernel/errors.js';
import type { FoundScenario } from './sim-files.js';

export const TRANSPORTS = ['simulated', 'libp2p'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** What the thread that simulates is started with. */
export interface SimTask {
  readonly scenario: FoundScenario;
  readonly overrides: readonly Override[];
  /** Policies and models, in the order of the report. */
  readonly compare: readonly string[];
  /** Of the policy, in place of the scenario's: a path. */
  readonly policyModule: string | undefined;
  /** What paths in errors start from. */
  readonly cwd: string;
  readonly wants: 'results' | 'trace';
  readonly transport: Transport;
}

/** What it says. After `ready` it waits for a message, whatever that is. */
export type SimNews =
  /** The input is good. */
  | { readonly kind: 'ready'; readonly name: string; readonly seed: number }
  | { readonly kind: 'progress'; readonly policy: string; readonly standing: Standing }
  | { readonly kind: 'results'; readonly results: readonly RunResult[] }
  | { readonly kind: 'trace'; readonly csv: string }
  /** A bug. */
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string; readonly hint: string | undefined };
