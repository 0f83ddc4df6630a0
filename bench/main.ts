import Table from 'cli-table3';
import { benchBreakers } from './breakers.js';
import { benchCommands } from './commands.js';
import { benchDurability } from './durability.js';
import { benchFiles } from './files.js';
import { benchPolicies } from './policies.js';
import { benchFlock } from './flock.js';
import { benchFollow } from './follow.js';
import { benchMembership } from './membership-scale.js';
import { benchFunctions } from './functions.js';
import { benchQueues } from './queues.js';
import { benchRing } from './ring.js';
import { benchSimnet } from './simnet.js';
import type { Row } from './row.js';

const BENCHES: Readonly<Record<string, () => Promise<Row[]>>> = {
  ring: benchRing,
  queues: benchQueues,
  commands: benchCommands,
  functions: benchFunctions,
  files: benchFiles,
  policies: benchPolicies,
  breakers: benchBreakers,
  flock: benchFlock,
  follow: benchFollow,
  durability: benchDurability,
  simnet: benchSimnet,
  membership: benchMembership,
};

/** Hours of a thousand nodes: only where asked for. */
const LONG: ReadonlySet<string> = new Set(['membership']);

/** `npm run bench -- [NAME…]`: every figure with its target and what was measured beside it. */
async function main(names: readonly string[]): Promise<void> {
  const table = new Table({ head: ['what', 'figure', 'target', '', 'beside'], style: { head: [] } });
  for (const name of names.length > 0 ? names : Object.keys(BENCHES).filter((name) => !LONG.has(name))) {
    const bench = BENCHES[name];
    if (!bench) throw new Error(`no bench ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
    for (const row of await bench()) table.push(cells(row));
  }
  console.log(table.toString());
}

function cells({ name, figure, unit, target, better, beside = '' }: Row): string[] {
  const shown = `${figure.toPrecision(3)} ${unit}`;
  if (target === undefined) return [name, shown, '', '', beside];
  const isMet = better === 'less' ? figure <= target : figure >= target;
  return [name, shown, `${better === 'less' ? '<=' : '>='} ${target}`, isMet ? 'met' : 'MISSED', beside];
}

await main(process.argv.slice(2));
