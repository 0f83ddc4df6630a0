import { register } from 'tsx/esm/api';
import { ensure } from './ensure.mjs';

/** `--minutes 10 [--nodes 5] [--seed S] [--rate R]`. In this very process, so that Ctrl-C reaches who ends the daemons. */
await ensure();
register();
await import('../chaos/main.ts');
