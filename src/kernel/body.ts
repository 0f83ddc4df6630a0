/** The most that a request to the API may hold, in bytes: a million lines of an array in one body. */
export const BODY_BYTES_MAX = 128 * 2 ** 20;
