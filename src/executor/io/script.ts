import type { Command } from '../runner.js';

/** The shell of slots, of `shell` commands and of the watchdog: POSIX only, so dash, bash and busybox ash will do. */
export const SHELL = '/bin/sh';

/**
 * The supervisor of a slot; `$1` is its nonce. It starts a worker at each line that is the nonce and skips every other
 * line: what a killed worker had not read of its command is thus never taken for a script.
 */
export const SUPERVISOR = `
setsid=$(command -v setsid) || exit 127
unset PATH OLDPWD SHLVL
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
while IFS= read -r line; do
  if [ "$line" = "$1" ]; then "$setsid" ${SHELL} 2>&1; echo D; fi
done`;

/**
 * The first line a worker reads. It outlives the signals that its process group gets (traps are reset in what it
 * starts), and looks up bare names as execvp(3) does where the command's environment has no PATH of its own.
 */
export const PROLOGUE = `trap : HUP INT QUIT ALRM TERM USR1 USR2; PATH=/usr/bin:/bin; unset OLDPWD SHLVL; echo "P $$"\n`;

/** Where one command's input and output go, and what its status line is called. */
export interface Wiring {
  readonly seq: number;
  readonly cwd: string;
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Any text as one word of a shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** Variables that some shell keeps for itself: assigning to them fails or is ignored. */
const SHELLS_OWN = new Set('OPTIND LINENO PPID UID EUID SHELLOPTS BASHOPTS BASH_VERSINFO FUNCNAME GROUPS _'.split(' '));

/** Why this command can never be started, in words for people; undefined where it can. */
export function refusal(command: Command): string | undefined {
  const { argv, shell, cwd, env } = command;
  if (argv.length === 0 || argv[0] === '') return 'there is no command to run';
  if (shell && argv.length !== 1) return 'a shell command is a single text';
  if (argv.some((arg) => arg.includes('\0'))) return 'an argument contains a NUL byte';
  if (cwd?.includes('\0')) return 'cwd contains a NUL byte';
  if (cwd !== undefined && !cwd.startsWith('/')) return `cwd ${cwd} is not an absolute path`;
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return `${JSON.stringify(name)} cannot name an environment variable`;
    if (value.includes('\0')) return `environment variable ${name} contains a NUL byte`;
  }
  return undefined;
}

/**
 * The one line that makes a worker run `command`. It answers `E <seq> <status>`, or `C <seq>` where cwd cannot be entered.
 *
 * A program named by its path becomes a simple command, which dash starts by vfork, a third faster than by fork. A bare
 * name could be a builtin of the shell, and only `exec` never takes it for one.
 */
export function commandLine(command: Command, wiring: Wiring): string {
  const inEnv: string[] = [];
  const viaEnv: string[] = [];
  for (const [name, value] of Object.entries(command.env)) {
    (SHELLS_OWN.has(name) ? viaEnv : inEnv).push(SHELLS_OWN.has(name) ? `${name}=${value}` : `${name}=${quote(value)}`);
  }
  const argv = command.shell ? [SHELL, '-c', ...command.argv] : command.argv;
  const words = (viaEnv.length > 0 ? ['/usr/bin/env', ...viaEnv, ...argv] : argv).map(quote);
  const redirected = `<${quote(wiring.stdin)} >>${quote(wiring.stdout)} 2>>${quote(wiring.stderr)}`;
  const simple = words[0]?.includes('/') === true;
  const program = simple
    ? [...inEnv, ...words, redirected].join(' ')
    : `(${[...inEnv, 'exec', ...words, redirected].join(' ')})`;
  return (
    `if cd -- ${quote(wiring.cwd)}; then unset OLDPWD; ${program}; ` +
    `echo "E ${wiring.seq} $?"; else echo "C ${wiring.seq}"; fi; cd /\n`
  );
}

/**
 * What dash and busybox ash say of a simple command that TERM has ended, on the stderr of that command: theirs is redirected
 * along with it. It is no word of the command's.
 */
export const EPITAPH: Uint8Array = Buffer.from('Terminated\n');

export function withoutEpitaph(stderr: Uint8Array): Uint8Array {
  const before = stderr.length - EPITAPH.length;
  const isThere = before >= 0 && Buffer.compare(stderr.subarray(before), EPITAPH) === 0;
  return isThere ? stderr.subarray(0, before) : stderr;
}
