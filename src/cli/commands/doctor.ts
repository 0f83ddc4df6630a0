import { CoveyError, type DoctorCheck } from '../../client/index.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { EXIT } from '../exit.js';
import { clean } from '../format.js';
import { checkInstallation, checkStopped } from '../local-checks.js';

const command: CliCommand = {
  define(command) {
    command.addHelpText('after', '\nExit code 0 when nothing is wrong, 1 when a check failed.');
    examples(
      command,
      ['covey doctor', 'a line for each check of this node, with a hint where it failed'],
      ['covey doctor --json', 'one object: ok, and checks with name, ok, what, hint'],
    );
  },

  async run(context) {
    const { out } = context;
    const checks = await examined(context);
    const ok = checks.every((check) => check.ok);
    if (out.json) out.object({ ok, checks });
    else for (const check of checks) if (!out.quiet || !check.ok) out.line(lineOf(check));
    return ok ? EXIT.ok : EXIT.failed;
  },
};
export default command;

async function examined({ flock }: Context): Promise<readonly DoctorCheck[]> {
  const { socket } = flock();
  const outside = socket === undefined ? [] : checkInstallation(socket);
  try {
    return [...outside, ...(await flock().doctor()).checks];
  } catch (error) {
    if (!(error instanceof CoveyError) || error.code !== 'no-daemon' || socket === undefined) throw error;
    return [...outside, ...checkStopped(socket)];
  }
}

function lineOf({ name, ok, what, hint }: DoctorCheck): string {
  return clean(`${ok ? 'ok    ' : 'FAILED'}  ${name}: ${what}${hint === null ? '' : ` (hint: ${hint})`}`);
}
