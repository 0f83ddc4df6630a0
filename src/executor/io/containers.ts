import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { AttemptId, Command } from '../runner.js';
import { containerName, inContainer, type Contained, type Engine, type Mounts } from './container.js';
import { Programs } from './which.js';

const execute = promisify(execFile);

/** An engine that takes longer to list its containers is taken for none. */
const ANSWER_MS = 5_000;
const REMOVAL_MS = 20_000;

/** What podman and docker need to find their stores and servers. Nothing else of the daemon's environment is passed to them. */
const ENGINES_OWN =
  /^(PATH|HOME|USER|TMPDIR|XDG_.*|DBUS_SESSION_BUS_ADDRESS|DOCKER_.*|CONTAINERS?_.*|(HTTPS?|NO)_PROXY)$/i;

/** The containers of this daemon's tasks, where podman or docker is there to run them: docs/adr/0032-containers.md. */
export class Containers {
  #engine: Engine | undefined;

  constructor(
    private readonly dataDir: string,
    private readonly log: (message: string) => void,
  ) {}

  /**
   * Looks for podman, then docker, on PATH, and takes the first that answers. What a former daemon left running in it is removed: the
   * watchdog ends its processes, and a container's are those of the engine.
   *
   * @param say - told of one that is installed and does not answer, as is usual where nobody uses it
   * @returns whether there is one
   */
  async look(daemonEnv: NodeJS.ProcessEnv, say: (message: string) => void = () => undefined): Promise<boolean> {
    const programs = new Programs();
    const passed = Object.entries(daemonEnv).filter(([name]) => ENGINES_OWN.test(name));
    const env = Object.fromEntries(passed.map(([name, value = '']) => [name, value]));
    const label = `covey.data=${resolve(this.dataDir)}`;
    const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`;
    for (const kind of ['podman', 'docker'] as const) {
      const path = programs.find(kind, env['PATH'] ?? '', 0);
      if (path === undefined) continue;
      const engine = { kind, path, env, label, user };
      try {
        await removeOld(engine);
        this.#engine = engine;
        return true;
      } catch (error) {
        say(`${path} is there, but cannot be used: ${wordsOf(error)}`);
      }
    }
    return false;
  }

  /** @throws Error where it cannot be run in one here */
  commandIn(command: Contained, attempt: AttemptId, mounts: Mounts): Command {
    if (!this.#engine) throw new Error('this node has no podman or docker');
    return inContainer(command, this.#engine, attempt, mounts);
  }

  /** Ends an attempt's container, if there is one: of an engine's own process that is killed it hears nothing. */
  async remove(attempt: AttemptId): Promise<void> {
    if (!this.#engine) return;
    const { path, env } = this.#engine;
    const name = containerName(attempt);
    try {
      await execute(path, ['rm', '-f', name], { env, timeout: REMOVAL_MS });
    } catch (error) {
      const words = wordsOf(error);
      if (!/no such container|no container with/i.test(words))
        this.log(`container ${name} could not be removed: ${words}`);
    }
  }
}

async function removeOld({ path, env, label }: Engine): Promise<void> {
  const { stdout } = await execute(path, ['ps', '-aq', '--filter', `label=${label}`], { env, timeout: ANSWER_MS });
  const ids = stdout.split('\n').filter(Boolean);
  if (ids.length > 0) await execute(path, ['rm', '-f', ...ids], { env, timeout: REMOVAL_MS });
}

/** The last line that it said. */
function wordsOf(error: unknown): string {
  const { stderr = '', message } = error as Error & { readonly stderr?: string };
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return last === '' ? message : last;
}
