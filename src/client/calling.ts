import type { Exchange } from './http.js';
import type { Elsewhere, Peers } from './peers.js';
import { bodyOf, problemOf, unanswered } from './problems.js';

/**
 * Asks a daemon, and reads its JSON. A kept connection may have been closed at the other end just now: whatever may be repeated gets
 * a second try.
 *
 * @throws CoveyError as the daemon says it, or where none answers
 */
export async function call<T>(peers: Peers, exchange: Exchange & Elsewhere): Promise<T> {
  let outcome = await peers.exchange(exchange);
  if (outcome.kind === 'lost') outcome = await peers.exchange(exchange);
  const { where } = outcome;
  if (outcome.kind !== 'answer') throw unanswered(outcome, where);
  const { status, text } = outcome.answer;
  if (status >= 300) throw problemOf(status, text, where);
  return bodyOf(status, text, where);
}
