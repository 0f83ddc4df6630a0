import xxhash from 'xxhash-wasm';

const xx = await xxhash();

/** xxh32, as in a real node. */
export const hash = (text: string): number => xx.h32(text);
