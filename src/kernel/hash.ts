/** xxh32 of the UTF-8 bytes of a string, 0..2^32-1. The implementation is given to the core at construction. */
export type Hash32 = (text: string) => number;
