import { spawn, type ChildProcess } from 'node:child_process';

/** Kills every process group that it was told of when the pipe to this process ends; KILL ends stopped ones, too. */
const SCRIPT = `
groups=' '
while IFS= read -r line; do
  case $line in
    +*) groups="$groups\${line#+} " ;;
    -*) gone=\${line#-}; groups="\${groups%% $gone *} \${groups#* $gone }" ;;
  esac
done
for group in $groups; do kill -KILL "-$group"; done 2>/dev/null`;

/** Ends the daemons should this process be killed itself: nobody else could, since some of them may be stopped. */
export class Guard {
  readonly #shell: ChildProcess = spawn('/bin/sh', ['-c', SCRIPT, 'chaos-guard'], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });

  constructor() {
    this.#shell.stdin?.on('error', () => undefined);
  }

  watch(group: number): void {
    this.#shell.stdin?.write(`+${group}\n`);
  }

  /** To be called when the group has ended: its number may be given to others. */
  forget(group: number): void {
    this.#shell.stdin?.write(`-${group}\n`);
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#shell.once('exit', resolve));
    this.#shell.stdin?.end();
    if (this.#shell.exitCode === null && this.#shell.signalCode === null) await ended;
  }
}
