import { leastBy } from './policy.js';

/**
 * The node where the least response is to be expected: what tasks took there of late, times what it has (`least_time` of nginx,
 * peak EWMA of Finagle).
 */
export const LEAST_RESPONSE_TIME = leastBy('ms that tasks took there of late, times what it has', (field) => {
  const responseMs = field.responseMs();
  return (place) => {
    const { running, queued, offered, slots } = place;
    return responseMs(place) * (1 + (running + queued + offered) / slots);
  };
});
