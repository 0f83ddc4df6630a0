import { list, record, text, Type } from '../../kernel/schema.js';
import { string, type View } from './parts.js';

/** POST /v1/blobs/missing. */
export const HashesSchema = record({ hashes: list(text(64), 100_001) });

export const MissingBlobsSchema = record({ missing: Type.Array(string()) });
/** Which of the hashes a daemon has not. */
export interface MissingBlobs extends View<typeof MissingBlobsSchema> {}

export const DoneSchema = record({});
