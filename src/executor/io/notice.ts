import type { Command } from '../runner.js';

/**
 * What is run in place of a command that tells of the end of a job: `covey notice`, which asks how that ended first. Any other
 * command stays as it is.
 *
 * @param covey - the command `covey`
 */
export function asCommand(command: Command, covey: readonly string[]): Command {
  const { notice, argv } = command;
  if (!notice) return command;
  return { ...command, shell: false, argv: [...covey, 'notice', notice.by, notice.of, '--', ...argv] };
}
