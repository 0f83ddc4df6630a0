import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { VERSION } from '../../install.js';

/** A daemon that hangs must not keep its version from being asked for. */
const ANSWER_MS = 1_000;

const command: CliCommand = {
  define(command) {
    examples(command, ['covey version', 'of covey, of Node, and of the daemon where one answers']);
  },

  async run({ flock, out }) {
    const self = await flock()
      .self({ timeoutMs: ANSWER_MS })
      .catch(() => undefined);
    const daemon = self === undefined ? null : { node: self.node, version: self.version };
    if (out.json) out.object({ covey: VERSION, node: process.versions.node, daemon });
    else if (out.quiet) out.line(VERSION);
    else {
      out.line(`covey   ${VERSION}`);
      out.line(`node    ${process.versions.node}`);
      out.line(`daemon  ${daemon === null ? 'none answers' : `${daemon.version} (${daemon.node})`}`);
    }
    return EXIT.ok;
  },
};
export default command;
