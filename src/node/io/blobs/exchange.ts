import type { Stream } from '@libp2p/interface';
import { CoveyError } from '../../../kernel/errors.js';
import { nodeId, type NodeId } from '../../../kernel/ids.js';
import { isHash } from '../../../files/manifest.js';
import { COPIES } from '../../../files/tree-upkeep.js';
import type { BlobStore } from '../../../files/io/blob-store.js';
import type { Streams } from '../transport.js';
import { Conversation } from './conversation.js';
import type { KeptTrees } from './kept-trees.js';

const PROTOCOL = 'blobs/1';
/** In one question. */
const HASHES_MAX = 100_001;

/** Blobs from node to node: each question is a stream of its own. */
export class BlobExchange {
  constructor(
    private readonly streams: Streams,
    private readonly store: BlobStore,
    private readonly trees: Pick<KeptTrees, 'note'>,
  ) {}

  /** Answers others from now on. */
  async open(): Promise<void> {
    await this.streams.handleStreams(PROTOCOL, (_from, stream) => void this.#serve(stream));
  }

  /** Which of these another node has not. @throws Error where it does not say */
  async missing(at: NodeId, hashes: readonly string[]): Promise<string[]> {
    return this.#ask(at, async (talk) => {
      await talk.say({ op: 'missing', hashes });
      await talk.end();
      const { missing } = await talk.hear();
      return hashes.filter((hash) => (missing as readonly unknown[]).includes(hash));
    });
  }

  /** Brings a blob from another node into the store. @returns false where that has none of the hash */
  async fetch(from: NodeId, hash: string): Promise<boolean> {
    return this.#ask(from, async (talk) => {
      await talk.say({ op: 'get', hash });
      await talk.end();
      const { bytes } = await talk.hear();
      if (typeof bytes !== 'number') return false;
      await this.store.put(hash, talk.bytes());
      return true;
    });
  }

  /** Gives another node a blob. @throws Error where it did not take it */
  async give(to: NodeId, hash: string): Promise<void> {
    await this.#ask(to, async (talk) => {
      const blob = this.store.open(hash);
      if (!blob) throw new Error(`blob ${hash} is gone`);
      await talk.say({ op: 'put', hash });
      await talk.send(blob.read());
      await talk.end();
      const { problem } = await talk.hear();
      if (typeof problem === 'string') throw new Error(problem);
    });
  }

  /** Tells another node by whom a tree is kept, itself among them. @throws Error where it does not hear that */
  async tell(to: NodeId, tree: string, keepers: readonly NodeId[]): Promise<void> {
    await this.#ask(to, async (talk) => {
      await talk.say({ op: 'kept', hash: tree, keepers });
      await talk.end();
      await talk.hear();
    });
  }

  async #ask<T>(node: NodeId, ask: (talk: Conversation) => Promise<T>): Promise<T> {
    const talk = new Conversation(await this.streams.openStream(node, PROTOCOL));
    try {
      return await ask(talk);
    } catch (error) {
      talk.abort(error);
      throw error;
    }
  }

  async #serve(stream: Stream): Promise<void> {
    const talk = new Conversation(stream);
    try {
      const { op, hash, hashes, keepers } = await talk.hear();
      if (op === 'missing') await talk.say({ missing: this.store.missing(checkedList(hashes)) });
      else if (op === 'get') await this.#give(talk, checked(hash));
      else if (op === 'put') await this.#take(talk, checked(hash));
      else if (op === 'kept') {
        this.trees.note(checked(hash), checkedNodes(keepers));
        await talk.say({});
      } else throw new Error(`no such question: ${String(op)}`);
      await talk.end();
    } catch (error) {
      talk.abort(error);
    }
  }

  async #give(talk: Conversation, hash: string): Promise<void> {
    const blob = this.store.open(hash);
    await talk.say(blob ? { bytes: blob.bytes } : {});
    if (blob) await talk.send(blob.read());
  }

  async #take(talk: Conversation, hash: string): Promise<void> {
    try {
      await this.store.put(hash, talk.bytes());
      await talk.say({});
    } catch (error) {
      if (!(error instanceof CoveyError)) throw error;
      await talk.say({ problem: error.message });
    }
  }
}

function checked(hash: unknown): string {
  if (typeof hash === 'string' && isHash(hash)) return hash;
  throw new Error('no hash');
}

function checkedList(hashes: unknown): string[] {
  if (Array.isArray(hashes) && hashes.length <= HASHES_MAX) return hashes.map(checked);
  throw new Error('no list of hashes');
}

function checkedNodes(nodes: unknown): NodeId[] {
  if (Array.isArray(nodes) && nodes.length <= COPIES) return nodes.map((node) => nodeId(String(node)));
  throw new Error('no list of nodes');
}
