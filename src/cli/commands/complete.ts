import { Argument } from 'commander';
import type { Flock } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';

/** Somebody waits at the keyboard. */
const ANSWER_MS_MAX = 1000;
const JOBS_MAX = 100;

/** What the scripts of `covey completion` ask: ids, or nothing at all where there is no daemon that answers. */
const command: CliCommand = {
  define(command) {
    command.addArgument(new Argument('<what>').choices(['jobs', 'nodes']));
    examples(command, ['covey complete jobs', 'the newest job ids']);
  },

  async run({ out, flock }, [what]) {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<readonly string[]>((resolve) => {
      timer = setTimeout(() => resolve([]), ANSWER_MS_MAX);
    });
    const ids = await Promise.race([late, idsOf(flock, what === 'nodes').catch(() => [])]);
    clearTimeout(timer);
    for (const id of ids) out.line(id);
    return EXIT.ok;
  },
};
export default command;

async function idsOf(flock: () => Flock, ofNodes: boolean): Promise<readonly string[]> {
  if (ofNodes) return (await flock().nodes()).nodes.map(({ id }) => id);
  return (await flock().jobs({ limit: JOBS_MAX })).jobs.map(({ job }) => job);
}
