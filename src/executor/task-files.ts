import type { Manifest } from '../files/manifest.js';

/** The port to the files of tasks: where they come from and go to. Real: node/io/blobs. */
export interface TaskFiles {
  /** The list of a tree, by its hash. */
  manifest(tree: string): Promise<Manifest>;
  /** Copies one of its files to a path that is not there yet. */
  copy(hash: string, tree: string, to: string, mode: number): Promise<void>;
  /** Takes a copy of a file. */
  take(path: string): Promise<{ readonly hash: string; readonly bytes: number }>;
  /** Sees to it that a tree whose files were taken outlives this node. @returns its hash */
  keep(manifest: Manifest): Promise<string>;
}
