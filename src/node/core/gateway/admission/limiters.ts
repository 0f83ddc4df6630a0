import { assertNever } from '../../../../kernel/assert.js';
import type { AdmissionLimit } from '../../../../kernel/admission.js';
import { LeakyBucket } from './leaky-bucket.js';
import { SlidingWindow } from './sliding-window.js';
import { TokenBucket } from './token-bucket.js';
import type { Limiter } from './limiter.js';

export function limiterOf(limit: AdmissionLimit): Limiter {
  switch (limit.limiter) {
    case 'token-bucket':
      return new TokenBucket(limit);
    case 'leaky-bucket':
      return new LeakyBucket(limit);
    case 'sliding-window':
      return new SlidingWindow(limit);
    default:
      return assertNever(limit.limiter);
  }
}
