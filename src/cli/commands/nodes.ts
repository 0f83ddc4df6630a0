import type { NodeView } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { formatBytes, paint, shortNode } from '../format.js';
import { table } from '../table.js';

interface NodesOptions {
  readonly full?: boolean;
}

const command: CliCommand<NodesOptions> = {
  define(command) {
    command.option('--full', 'whole node ids');
    examples(
      command,
      ['covey nodes', 'every member, as the local daemon sees it; * is the one that answers'],
      ['covey nodes --json', 'an object a line, with whole ids'],
    );
  },

  async run({ flock, out }, _args, { full = false }) {
    const { nodes } = await flock().nodes();
    if (out.json) for (const node of nodes) out.object(node);
    else if (out.quiet) for (const node of nodes) out.line(node.id);
    else {
      const head = [
        'NODE',
        'STATE',
        'ADDRESS',
        'RUNNING',
        'QUEUED',
        'WAITING',
        'FREE',
        'CPUS',
        'SPEED',
        'MEM',
        'OTHER',
        'LABELS',
        'RTT',
      ];
      out.line(
        await table(
          head,
          nodes.map((node) => rowOf(node, full, out.color)),
        ),
      );
    }
    return EXIT.ok;
  },
};
export default command;

function rowOf(node: NodeView, full: boolean, color: boolean) {
  const { load, resources, zone, draining } = node;
  const loads = [load?.running, load?.queued, load?.waiting, load?.free].map((n) =>
    n === undefined ? '-' : String(n),
  );
  const state = paint(node.state, color);
  return [
    `${shortNode(node.id, full)}${node.self ? '*' : ''}`,
    { painted: draining && node.state !== 'left' ? `${state}, draining` : state },
    placeOf(node.addresses[0], full),
    ...loads,
    String(resources.cpus),
    String(node.speed),
    formatBytes(resources.memBytes),
    pairs({ ...(resources.gpus > 0 ? { gpus: resources.gpus } : {}), ...resources.custom }),
    pairs({ ...(zone === '' ? {} : { zone }), ...node.labels }),
    node.rttMs === null ? '-' : `${node.rttMs.toFixed(1)}ms`,
  ];
}

/** `/ip4/192.0.2.7/tcp/4700/p2p/…` reads as 192.0.2.7:4700; in full it can be given to --join. */
function placeOf(address: string | undefined, full: boolean): string {
  if (address === undefined) return '-';
  const found = /^\/(ip4|ip6|dns\w*)\/([^/]+)\/tcp\/(\d+)/.exec(address);
  if (full || !found) return address;
  const [, kind, host = '', port = ''] = found;
  return kind === 'ip6' ? `[${host}]:${port}` : `${host}:${port}`;
}

function pairs(of: Readonly<Record<string, string | number>>): string {
  return Object.entries(of)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}
