import type { AttemptId, Command, Container } from '../runner.js';

/** A program that runs containers: podman, or docker, whose command line is the same as far as it is used here. */
export interface Engine {
  readonly kind: 'podman' | 'docker';
  readonly path: string;
  /** All that the program itself gets to see. */
  readonly env: Readonly<Record<string, string>>;
  /** What its containers are marked with: none of another daemon's is touched. */
  readonly label: string;
  /** Whom tasks run as: docker's would be root, and so would be the owner of all that they write. */
  readonly user: string;
}

/** A command that has an image. */
export type Contained = Command & { readonly container: Container };

/** Where a command in a container runs; both are seen in there under the same paths. */
export interface Mounts {
  readonly cwd: string;
  /** The attempt's private directory. */
  readonly tmp: string;
}

/** No two attempts have the same. */
export function containerName({ task, epoch }: AttemptId): string {
  return `covey-${task.replace('/', '-')}-${epoch}`;
}

/**
 * What is run in place of a command that has an image: the engine, which ends with the exit code of the command, passes TERM on to
 * it, and takes its input and output for its own. On KILL it dies alone, and its container must be removed.
 *
 * @throws Error where a directory cannot be named to an engine
 */
export function inContainer(command: Contained, engine: Engine, attempt: AttemptId, { cwd, tmp }: Mounts): Command {
  const { container, argv, shell } = command;
  const mounts = [...new Set([cwd, tmp])].flatMap((dir) => {
    if (dir.includes(':')) throw new Error(`${dir} has a colon in its name, and cannot be had in a container`);
    return ['-v', `${dir}:${dir}`];
  });
  const env = { ...container.env, COVEY_TMPDIR: tmp };
  return {
    ...command,
    shell: false,
    env: engine.env,
    argv: [
      ...[engine.path, 'run', '--rm', '--init', '-i', '--network=host'],
      ...['--name', containerName(attempt), '--label', engine.label],
      ...(engine.kind === 'docker' ? ['--user', engine.user] : []),
      ...mounts,
      ...['-w', cwd],
      ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      container.image,
      ...(shell ? ['/bin/sh', '-c', ...argv] : argv),
    ],
  };
}
