import { dataDirectory } from '../../client/index.js';
import { examples, type CliCommand } from '../command.js';
import { Config } from '../config.js';
import { EXIT } from '../exit.js';
import { table } from '../table.js';

interface Setting {
  readonly name: string;
  readonly value: unknown;
  /** Where it comes from. */
  readonly from: string;
}

const command: CliCommand = {
  define(command) {
    command.addHelpText(
      'after',
      `
Prints what is set, and where. What the command line says comes first, then the environment (COVEY_ADDR, COVEY_DATA,
COVEY_CLUSTER_KEY), then the file: COVEY_CONFIG, or covey/config.toml in ~/.config. In the file addr and data hold for all
commands, and a table for each command has its options, by their long names:

  addr = "/run/covey/covey.sock"

  [up]
  listen = ["0.0.0.0:4700"]
  join = ["first:4700"]
  label = ["gpu=a100"]

  [submit]
  retries = 2`,
    );
    examples(
      command,
      ['covey config', 'what is set, and where'],
      ['COVEY_CONFIG=./flock.toml covey up', 'a file of its own'],
    );
  },

  async run({ io, out, globals, program }) {
    const config = Config.load(io);
    const inFile = config.settings((await program()).commands);
    const place = (name: 'addr' | 'data', variable: string, fallback: string): Setting => {
      const value = globals[name];
      const env = io.env[variable] ?? '';
      const fromFile = inFile.find(({ path }) => path.length === 1 && path[0] === name)?.value;
      if (value !== undefined && value !== fromFile) return { name, value, from: `--${name}` };
      if (value === undefined && env !== '') return { name, value: env, from: variable };
      return value === undefined ? { name, value: fallback, from: 'default' } : { name, value, from: config.at(name) };
    };
    const data = place('data', 'COVEY_DATA', dataDirectory(undefined, {}));
    const settings: Setting[] = [data, place('addr', 'COVEY_ADDR', `${String(data.value)}/covey.sock`)];
    if ((io.env['COVEY_CLUSTER_KEY'] ?? '') !== '') {
      settings.push({ name: 'cluster key', value: '(set)', from: 'COVEY_CLUSTER_KEY' });
    }
    for (const { path, value } of inFile) {
      if (path.length > 1) settings.push({ name: path.join('.'), value, from: config.at(...path) });
    }
    if (out.json) return (out.object({ file: config.isThere ? config.path : null, settings }), EXIT.ok);
    const rows = settings.map(({ name, value, from }) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
      from,
    ]);
    out.line(await table(['SETTING', 'VALUE', 'FROM'], rows));
    if (!config.isThere) out.note(`there is no ${config.path}`);
    return EXIT.ok;
  },
};
export default command;
