import type { FastifyError } from 'fastify';
import { CoveyError, type ErrorCode } from '../kernel/errors.js';
import { repeatToken } from './repeat.js';
import type { Problem } from './schema.js';

const STATUS: Readonly<Record<ErrorCode, number>> = {
  usage: 400,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  'too-large': 413,
  unplaceable: 422,
  busy: 429,
  failed: 500,
  held: 500,
  'no-daemon': 502,
  unavailable: 503,
  'outcome-unknown': 504,
  'timed-out': 504,
};

/** A refusal by a status for which covey has no code of its own. */
export class StatusError extends CoveyError {
  constructor(
    readonly status: number,
    message: string,
    hint?: string,
  ) {
    super('usage', message, hint);
  }
}

/** Any error as application/problem+json. */
export function problemOf(error: FastifyError | CoveyError | Error): Problem {
  if (error instanceof CoveyError) {
    const { code, message, hint, details } = error;
    const status = error instanceof StatusError ? error.status : STATUS[code];
    const tried = details?.['tried'] as Parameters<typeof repeatToken>[0] | undefined;
    return {
      ...{ type: 'about:blank', title: code, status, code, detail: message },
      ...(hint ? { hint } : {}),
      ...(tried ? { repeat: repeatToken(tried) } : {}),
    };
  }
  const status = 'statusCode' in error && error.statusCode !== undefined ? error.statusCode : 500;
  const code: ErrorCode =
    status === 413 ? 'too-large' : status === 404 ? 'not-found' : status < 500 ? 'usage' : 'failed';
  return { type: 'about:blank', title: code, status, code, detail: error.message };
}
