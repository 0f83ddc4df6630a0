import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, CoveyError } from '../../client/index.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { startNode, type NodeProcess } from '../node-process.js';
import type { Out } from '../out.js';
import { amountUpTo, CPUS_MAX, option, wholeNumber } from '../options.js';

interface DevOptions {
  readonly nodes?: number;
  readonly cpus?: number;
}

const NODES = 3;
const NODES_MAX = 100;
/** Nodes that find each other take a few rounds of gossip. */
const MEET_MS = 60_000;
const LOOK_MS = 100;

const command: CliCommand<DevOptions> = {
  define(command) {
    option(command, '-n, --nodes <n>', `how many daemons (default ${NODES})`, wholeNumber(1, NODES_MAX));
    option(command, '--cpus <n>', 'CPUs that each of them offers', amountUpTo(CPUS_MAX));
    command.addHelpText(
      'after',
      '\nEach daemon is a process of its own on 127.0.0.1; node i keeps its data in DIR/node-i, where --data DIR is given,\n' +
        'else in a directory that is removed in the end. Ctrl-C ends them all.',
    );
    examples(
      command,
      ['covey dev', 'three daemons; prints how to speak to them'],
      ['covey dev -n 5 --cpus 2 --data /tmp/flock', 'five, whose data stays'],
    );
  },

  async run(context, _args, { nodes: count = NODES, cpus }) {
    const { life, out } = context;
    const root = await rootDirectory(context);
    const starting: Promise<NodeProcess>[] = [];
    let ending = false;
    life.atEnd(async () => {
      ending = true;
      await Promise.allSettled(starting.map(async (member) => (await member).end()));
    });
    life.onSignal((signal) => {
      out.note(`${signal}: ending ${starting.length} nodes`);
      void life.quit(EXIT.ok);
    });
    const start = (number: number, seed?: NodeProcess): Promise<NodeProcess> => {
      const args = [...(cpus === undefined ? [] : [`--cpus=${cpus}`]), ...seedArguments(seed)];
      const member = startNode({ data: join(root, `node-${number}`), args, bound: true });
      starting.push(member);
      return member;
    };
    const first = await start(1);
    const members = [first, ...(await Promise.all(range(2, count).map((number) => start(number, first))))];
    for (const [i, member] of members.entries()) {
      void member.ended.then((how) => (ending ? undefined : report(out, member, i + 1, how)));
    }
    await untilTheyMeet(members);
    announce(context, members);
    await Promise.all(members.map((member) => member.ended));
    return ending ? EXIT.ok : EXIT.failed;
  },
};
export default command;

async function rootDirectory({ globals, io, life }: Context): Promise<string> {
  if (globals.data !== undefined) return resolve(io.cwd, globals.data);
  const root = await mkdtemp(join(tmpdir(), 'covey-dev-'));
  life.atEnd(() => rm(root, { recursive: true, force: true }));
  return root;
}

function seedArguments(seed: NodeProcess | undefined): readonly string[] {
  return seed === undefined ? [] : seed.ready.listen.slice(0, 1).map((address) => `--join=${address}`);
}

/** Until every node sees every other alive: only then does a submission spread as it should. */
async function untilTheyMeet(members: readonly NodeProcess[]): Promise<void> {
  const deadline = performance.now() + MEET_MS;
  const flocks = members.map((member) => connect({ addr: member.ready.socket }));
  try {
    for (;;) {
      const views = await Promise.all(flocks.map((flock) => flock.nodes()));
      const alive = views.map(({ nodes }) => nodes.filter((node) => node.state === 'alive').length);
      if (alive.every((n) => n >= members.length)) return;
      if (performance.now() > deadline) {
        throw new CoveyError('failed', `of ${members.length} nodes they see only ${alive.join(', ')} after a minute`);
      }
      await pause(LOOK_MS);
    }
  } finally {
    for (const flock of flocks) flock.close();
  }
}

function report(out: Out, { pid, ready: { node } }: NodeProcess, number: number, how: string): void {
  if (out.json) out.object({ event: 'ended', node, pid, how });
  else out.note(`node-${number} (pid ${pid}) ended: ${how}; the others go on`);
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}

function announce({ out }: Context, members: readonly NodeProcess[]): void {
  if (out.json) {
    const nodes = members.map(({ pid, ready: { node, listen, socket, http } }) => ({
      node,
      listen,
      socket,
      http,
      pid,
    }));
    return out.object({ event: 'ready', nodes });
  }
  if (out.quiet) return members.forEach(({ ready }) => out.line(ready.node));
  for (const [i, { pid, ready }] of members.entries()) {
    out.line(`node-${i + 1}  pid ${pid}  ${ready.listen[0] ?? ''}`);
  }
  out.line('');
  for (const { ready } of members) out.line(`covey --addr ${ready.socket} nodes`);
  out.line('\nCtrl-C ends them all.');
}
