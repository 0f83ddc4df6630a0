import type { Answer as HttpAnswer, Exchange, Outcome } from '../../src/client/http.js';
import { Http } from '../../src/client/http.js';

/** Longer than a daemon takes to say 504 itself. */
const ANSWER_MS = 12_000;

export type Reply = Outcome<HttpAnswer>;

/** HTTP to each daemon by its number, without any repeats: what the daemons said is what the history gets. */
export class Asking {
  readonly #doors: readonly Http[];

  /** @param sockets - the daemons' Unix sockets */
  constructor(sockets: readonly string[]) {
    this.#doors = sockets.map((path) => new Http({ kind: 'socket', path, name: path }));
  }

  ask(through: number, exchange: Omit<Exchange, 'timeoutMs'>): Promise<Reply> {
    const door = this.#doors[through];
    if (!door) throw new Error(`there is no daemon ${through}`);
    return door.exchange({ ...exchange, timeoutMs: ANSWER_MS });
  }

  /** The body of a 200; undefined where there is none. */
  async get<T>(through: number, path: string): Promise<T | undefined> {
    const reply = await this.ask(through, { method: 'GET', path });
    if (reply.kind !== 'answer' || reply.answer.status !== 200) return undefined;
    return JSON.parse(reply.answer.text) as T;
  }

  close(): void {
    for (const door of this.#doors) door.close();
  }
}

/** What came of a request, for people. */
export function outcomeOf(reply: Reply): string {
  switch (reply.kind) {
    case 'answer':
      return `${reply.answer.status} ${detailOf(reply.answer.text)}`.trim();
    case 'refused':
    case 'lost':
      return `${reply.kind}: ${reply.why}`;
    case 'silent':
      return 'no answer';
  }
}

function detailOf(text: string): string {
  try {
    return String((JSON.parse(text) as { readonly detail?: string }).detail ?? '');
  } catch {
    return '';
  }
}
