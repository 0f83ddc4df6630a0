import { setTimeout as pause } from 'node:timers/promises';
import { connect, CoveyError, type Flock } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { isRunning } from '../running.js';

const command: CliCommand = {
  define(command) {
    command.addHelpText(
      'after',
      '\nIt waits up to a minute for others to take what it holds. Done once its process has ended: its data directory may then\n' +
        'be used again, or removed where it did not say that tasks stay there.',
    );
    examples(
      command,
      ['covey leave', 'the local daemon hands its work over, leaves the flock and stops'],
      ['covey leave --addr /tmp/covey/node-2/covey.sock', 'another daemon does'],
    );
  },

  async run({ flock, out }) {
    const { node, pid, socket } = await flock().self();
    const isHere = await runsHere(flock(), node, socket);
    out.note('leaving: what it runs and has queued is handed over first');
    const { unfinished } = await flock().leave();
    if (unfinished > 0) {
      out.note(
        `it keeps the records of ${unfinished} unfinished tasks: start it again on its data directory to have them end`,
      );
    }
    await untilSilent(flock());
    if (isHere) await untilEnded(node, pid);
    if (out.json) out.object({ node, left: true });
    else out.line(out.quiet ? node : `${node} has left`);
    return EXIT.ok;
  },
};
export default command;

const LOOK_MS = 100;
const ENDED_LOOK_MS = 20;
/** A daemon that has left closes its files and ends what it still runs. */
const END_MS_MAX = 20_000;

/** How long the socket of a daemon that was reached over TCP may take to say whose it is. */
const BESIDE_MS = 1_000;

/** Whether the process of a daemon can be looked at: it is reached over its socket, or that is on this machine as well. */
async function runsHere(flock: Flock, node: string, socket: string): Promise<boolean> {
  if (flock.socket !== undefined) return true;
  const beside = connect({ addr: socket });
  try {
    return (await beside.self({ timeoutMs: BESIDE_MS })).node === node;
  } catch {
    return false;
  } finally {
    beside.close();
  }
}

/** A daemon that has left no longer answers. */
async function untilSilent(flock: Flock): Promise<void> {
  try {
    for (;;) {
      await flock.self();
      await pause(LOOK_MS);
    }
  } catch (error) {
    if (!(error instanceof CoveyError && (error.code === 'no-daemon' || error.code === 'unavailable'))) throw error;
  }
}

/** Once its process has ended, its data directory may be removed, or used by another daemon. */
async function untilEnded(node: string, pid: number): Promise<void> {
  const deadline = performance.now() + END_MS_MAX;
  while (isRunning(pid)) {
    if (performance.now() > deadline) {
      const hint = 'its data directory is still in use; see its log';
      throw new CoveyError('failed', `node ${node} has left, but its process ${pid} still runs`, hint);
    }
    await pause(ENDED_LOOK_MS);
  }
}
