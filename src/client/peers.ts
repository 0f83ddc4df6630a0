import type { IncomingMessage } from 'node:http';
import type { Address } from './address.js';
import type { Http } from './http.js';
import { type Answer, type Exchange, type Outcome } from './http.js';

/** What may be done where a daemon does not answer. */
export interface Elsewhere {
  /**
   * `repeat`: may be asked of another though the first may have done it; `unsent`: only where nothing was sent; `never`: it is
   * about the daemon that answers.
   */
  readonly elsewhere: 'repeat' | 'unsent' | 'never';
}

/** How a request ended, and at which daemon, as errors call it. */
export type Tried<Answer> = Outcome<Answer> & { readonly where: string };

/** Several daemons of one flock, each as good as the others: where one does not answer, the next is asked, and stays. */
export class Peers {
  readonly #peers: readonly [Http, ...Http[]];
  #current = 0;

  constructor(peers: readonly [Http, ...Http[]]) {
    this.#peers = peers;
  }

  get count(): number {
    return this.#peers.length;
  }

  /** Of the daemon that is spoken to now. */
  get address(): Address {
    return this.#at(this.#current).address;
  }

  /** That daemon went away: requests go to the next, unless they do already. */
  leave(where: string): void {
    if (this.address.name === where) this.#current = (this.#current + 1) % this.#peers.length;
  }

  exchange(exchange: Exchange & Elsewhere): Promise<Tried<Answer>> {
    return this.#try(exchange, (http) => http.exchange(exchange));
  }

  open(exchange: Exchange & Elsewhere): Promise<Tried<IncomingMessage>> {
    return this.#try(exchange, (http) => http.open(exchange));
  }

  close(): void {
    for (const http of this.#peers) http.close();
  }

  #at(index: number): Http {
    return this.#peers[index % this.#peers.length] ?? this.#peers[0];
  }

  /** Each of them once, from the current one on, whatever other requests do meanwhile. */
  async #try<T>({ elsewhere }: Elsewhere, ask: (http: Http) => Promise<Outcome<T>>): Promise<Tried<T>> {
    const first = this.#current;
    for (let tries = 1; ; tries++) {
      const http = this.#at(first + tries - 1);
      const where = http.address.name;
      const outcome = await ask(http);
      if (outcome.kind === 'answer' && tries > 1) this.#current = (first + tries - 1) % this.#peers.length;
      if (outcome.kind === 'answer' || elsewhere === 'never') return { ...outcome, where };
      this.leave(where);
      const mayRepeat = elsewhere === 'repeat' || outcome.kind === 'refused';
      if (!mayRepeat || tries >= this.#peers.length) return { ...outcome, where };
    }
  }
}
