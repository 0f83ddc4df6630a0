import { join } from 'node:path';
import { nodeId } from '../../../kernel/ids.js';
import type { Manifest } from '../../../files/manifest.js';
import { BlobStore } from '../../../files/io/blob-store.js';
import type { TaskFiles } from '../../../executor/task-files.js';
import { isLive } from '../../../membership/member.js';
import type { FlockView } from '../../../placement/flock-view.js';
import type { Transport } from '../../core/ports.js';
import type { Message } from '../../core/wire.js';
import type { Streams } from '../transport.js';
import { Blobs } from './blobs.js';
import { BlobExchange } from './exchange.js';
import { KeptTrees } from './kept-trees.js';

export interface BlobsOptions {
  readonly dataDir: string;
  readonly fileBytesMax?: number | undefined;
  readonly transport: Transport<Message> & Streams;
  readonly view: FlockView;
}

const BYTES_MAX = 10 * 2 ** 30;
/** What was used within a day is not dropped for want of room: its job may still be to run. */
const KEEP_MS = 86_400_000;

export interface OpenBlobs {
  readonly blobs: Blobs;
  /** Copies nothing any more. */
  readonly close: () => void;
}

/** The blobs of a node, which others may ask for from now on; those of a keeper that dies are copied again. */
export async function openBlobs({ dataDir, fileBytesMax, transport, view }: BlobsOptions): Promise<OpenBlobs> {
  const dir = join(dataDir, 'blobs');
  const store = new BlobStore({ dir, bytesMax: fileBytesMax ?? BYTES_MAX, keepMs: KEEP_MS });
  const self = nodeId(transport.id);
  const there = () =>
    new Set(
      [...view.members()]
        .filter(isLive)
        .map(({ id }) => id)
        .concat(self),
    );
  const trees = new KeptTrees({ self, path: join(dataDir, 'trees'), store, there, nowMs: () => performance.now() });
  const exchange = new BlobExchange(transport, store, trees);
  await exchange.open();
  const alive = (tree: string) => [...view.ring.walk(tree)].filter((node) => view.member(node)?.state === 'alive');
  const blobs = new Blobs(store, exchange, { self, alive }, trees);
  trees.start((tree) => blobs.keep(tree));
  return { blobs, close: () => trees.stop() };
}

/** For tasks, which run once there are blobs. */
export function taskFiles(blobs: () => Blobs | undefined): TaskFiles {
  const there = (): Blobs => {
    const found = blobs();
    if (!found) throw new Error('the files of tasks are not there yet');
    return found;
  };
  return {
    manifest: (tree) => there().manifest(tree),
    copy: (...given) => there().copy(...given),
    take: (path) => there().store.putFile(path),
    keep: async (manifest: Manifest) => {
      const tree = await there().enter(manifest);
      await there().keep(tree);
      return tree;
    },
  };
}
