import { candidateTable } from '../candidates.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';

interface RingOptions {
  readonly full?: boolean;
}

const command: CliCommand<RingOptions> = {
  define(command) {
    command.argument('<key>', 'a placement key, as given to --key').option('--full', 'whole node ids');
    examples(command, ['covey ring model-7', 'who would run tasks submitted with --key model-7']);
  },

  async run({ flock, out }, [key = ''], { full = false }) {
    const ring = await flock().ring(key);
    if (out.json) out.object(ring);
    else if (out.quiet) for (const { node } of ring.candidates) out.line(node);
    else out.line(await candidateTable(ring.candidates, full));
    return EXIT.ok;
  },
};
export default command;
