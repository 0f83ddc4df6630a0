import { Argument } from 'commander';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { postNotice, runNotice } from '../notice.js';

/** What the tasks run that tell of the end of a job: src/executor/io/notice.ts. */
const command: CliCommand = {
  define(command) {
    command.addArgument(new Argument('<how>').choices(['command', 'url']));
    command.argument('<job>', 'which has ended').argument('<what>', 'a text for /bin/sh -c, or a URL');
    examples(command, ['covey notice command 6azb1x0q2m8c7n4kdt -- ./tell.sh', 'with COVEY_STATE and others']);
  },

  async run({ io, out, flock }, [how, job = '', what = '']) {
    // Somebody may have had it begin once more.
    const ended = await flock().wait(job);
    if (how === 'command') return runNotice(ended, what, io);
    const status = await postNotice(ended, what, io.env['COVEY_TASK'] ?? job);
    out.line(`${what} answered ${status}`);
    return EXIT.ok;
  },
};
export default command;
