import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError, type Flock } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';

const command: CliCommand = {
  define(command) {
    examples(
      command,
      ['covey leave', 'the local daemon hands its work over, leaves the flock and stops'],
      ['covey leave --addr /tmp/covey/node-2/covey.sock', 'another daemon does'],
    );
  },

  async run({ flock, out }) {
    const { node } = await flock().self();
    out.note('leaving: work is handed over first');
    await flock().leave();
    await untilGone(flock());
    if (out.json) out.object({ node, left: true });
    else out.line(out.quiet ? node : `${node} has left`);
    return EXIT.ok;
  },
};
export default command;

const LOOK_MS = 100;

/** A daemon that has left no longer answers. */
async function untilGone(flock: Flock): Promise<void> {
  try {
    for (;;) {
      await flock.self();
      await pause(LOOK_MS);
    }
  } catch (error) {
    if (!(error instanceof CoveyError && (error.code === 'no-daemon' || error.code === 'unavailable'))) throw error;
  }
}
