import { CoveyError } from './errors.js';

/** How submissions of one submitter are limited: each has a file in src/node/core/gateway/admission. */
export const LIMITERS = ['token-bucket', 'leaky-bucket', 'sliding-window'] as const;
export type LimiterName = (typeof LIMITERS)[number];

/** So many submissions in any window on average, and how many may come at once. */
export interface AdmissionLimit {
  readonly limiter: LimiterName;
  readonly rate: number;
  readonly windowMs: number;
  /** Size of a bucket, in submissions; of a sliding window its rate. */
  readonly burst: number;
}

const UNITS = { s: 1_000, min: 60_000, h: 3_600_000 } as const;
/** A sliding window remembers each of them. */
const RATE_MAX = 10_000;
const HINT = `write NAME:RATE/s, /min or /h, as token-bucket:10/s,burst=100 or sliding-window:1000/h; there is ${LIMITERS.join(', ')}`;

/**
 * Reads `token-bucket:10/s,burst=100`.
 *
 * @throws CoveyError `usage`
 */
export function parseAdmission(text: string): AdmissionLimit {
  const [, name = '', rateText = '', unit = '', burstText] =
    /^([a-z-]+):(\d+)\/(s|min|h)(?:,burst=(\d+))?$/.exec(text) ?? [];
  const limiter = LIMITERS.find((each) => each === name);
  const [rate, burst] = [Number(rateText), Number(burstText ?? rateText)];
  const isRight = limiter !== undefined && [rate, burst].every((n) => n >= 1 && n <= RATE_MAX);
  if (!isRight) throw new CoveyError('usage', `${JSON.stringify(text)} is no limit of 1 to ${RATE_MAX}`, HINT);
  if (limiter === 'sliding-window' && burstText !== undefined) {
    throw new CoveyError('usage', 'a sliding window has no burst: its rate may come at once', HINT);
  }
  return { limiter, rate, windowMs: UNITS[unit as keyof typeof UNITS], burst };
}

/** What {@link parseAdmission} reads. */
export function formatAdmission({ limiter, rate, windowMs, burst }: AdmissionLimit): string {
  const unit = Object.entries(UNITS).find(([, ms]) => ms === windowMs)?.[0] ?? 's';
  return `${limiter}:${rate}/${unit}${limiter === 'sliding-window' ? '' : `,burst=${burst}`}`;
}
