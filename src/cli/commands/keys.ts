import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CoveyError } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';

interface KeysOptions {
  readonly out?: string;
}

const KEY_BYTES = 32;

const command: CliCommand<KeysOptions> = {
  define(command) {
    command
      .argument('<what>', '`new`: 32 random bytes as 64 hexadecimal digits')
      .option('--out <file>', 'write it there, readable to its owner alone; an existing file is left as it is');
    examples(
      command,
      ['covey keys new --out cluster.key', 'then `covey up --key-file cluster.key` on every machine'],
      ['COVEY_CLUSTER_KEY=$(covey keys new) covey dev', 'a flock with a key of its own'],
    );
  },

  async run({ io, out }, [what = ''], { out: file }) {
    if (what !== 'new') throw new CoveyError('usage', `there is no \`covey keys ${what}\``, 'write `covey keys new`');
    const key = randomBytes(KEY_BYTES).toString('hex');
    if (file === undefined) {
      if (out.json) out.object({ key });
      else out.line(key);
      return EXIT.ok;
    }
    const path = resolve(io.cwd, file);
    await writeFile(path, `${key}\n`, { mode: 0o600, flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
      const there = error.code === 'EEXIST';
      throw new CoveyError(
        'failed',
        there ? `${path} is there already` : error.message,
        'name another file with --out',
      );
    });
    if (out.json) out.object({ file: path });
    else out.line(path);
    return EXIT.ok;
  },
};
export default command;
