import { setFlagsFromString } from 'node:v8';

/**
 * How much the old generation of V8's heap may grow before it is collected, in percent of what lives in it. By default V8 lets a small heap
 * grow several times over; a daemon shares its machine with what it runs (docs/benchmarks.md, "Functions").
 */
setFlagsFromString('--heap-growing-percent=50');
