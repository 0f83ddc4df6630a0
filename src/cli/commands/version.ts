import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { coveyVersion } from '../version.js';

/** A daemon that hangs must not keep its version from being asked for. */
const ANSWER_MS = 1_000;

const command: CliCommand = {
  define(command) {
    examples(command, ['covey version', 'of covey, of Node, and of the daemon where one answers']);
  },

  async run({ flock, out }) {
    const covey = coveyVersion();
    const self = await flock()
      .self({ timeoutMs: ANSWER_MS })
      .catch(() => undefined);
    const daemon = self === undefined ? null : { node: self.node, version: self.version };
    if (out.json) out.object({ covey, node: process.versions.node, daemon });
    else if (out.quiet) out.line(covey);
    else {
      out.line(`covey   ${covey}`);
      out.line(`node    ${process.versions.node}`);
      out.line(`daemon  ${daemon === null ? 'none answers' : `${daemon.version} (${daemon.node})`}`);
    }
    return EXIT.ok;
  },
};
export default command;
