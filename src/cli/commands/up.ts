import { resolve } from 'node:path';
import { dataDirectory } from '../../client/index.js';
import type { Daemon, DaemonOptions } from '../../node/daemon.js';
import { examples, type CliCommand, type Context } from '../command.js';
import { isModulePath, type BuiltInPolicy } from '../../kernel/policies.js';
import { asCoveyError, EXIT } from '../exit.js';
import type { Io } from '../io.js';
import { signalExit } from '../lifetime.js';
import { logFile, startNode } from '../node-process.js';
import { addUpOptions, upArguments, type UpOptions } from '../up-options.js';
import { VERSION } from '../../install.js';

/** Whoever started a bound node has gone: nobody waits for a long farewell. */
const ORPHAN_MS = 3_000;

const command: CliCommand<UpOptions> = {
  define(command) {
    addUpOptions(command);
    command.addHelpText('after', '\nThe first Ctrl-C leaves the flock in good order, the second stops at once.');
    examples(
      command,
      ['covey up', 'a flock of one, on this machine only'],
      ['covey keys new --out cluster.key', 'the secret that all machines of a cluster share'],
      ['covey up --key-file cluster.key --listen 0.0.0.0:4700', 'the first machine'],
      ['covey up --key-file cluster.key --listen 0.0.0.0:4700 --join first:4700', 'every other machine'],
      ['covey up --detach --label gpu=a100 --gpus 2', 'in the background; `covey leave` ends it'],
    );
  },

  async run(context, _args, options) {
    const daemonOptions = await readOptions(context, options);
    if (options.detach === true) return detach(context, daemonOptions.dataDir, options);
    const { startDaemon } = await import('../../node/daemon.js');
    const daemon = await startDaemon(daemonOptions);
    endWith(context, daemon, options);
    announce(context, daemon.ready);
    await daemon.stopped;
    return EXIT.ok;
  },
};
export default command;

async function readOptions({ globals, io }: Context, options: UpOptions): Promise<DaemonOptions> {
  const { listen = ['127.0.0.1:0'], join = [], cpus, mem, gpus, resource = [], http, label = [] } = options;
  return {
    ...{ listen, join, http, speed: options.speed, zone: options.zone ?? '', logLevel: options.logLevel },
    dataDir: dataDirectory(globals.data, io.env),
    capacity: { cpus, memBytes: mem, gpus, custom: Object.fromEntries(resource) },
    retention: {
      ...(options.retainFor === undefined ? {} : { keepMs: options.retainFor }),
      ...(options.retainSize === undefined ? {} : { keepBytes: options.retainSize }),
    },
    labels: Object.fromEntries(label),
    lostAfterMs: options.lostAfter,
    discipline: options.discipline,
    ...policyOf(options.policy, io.cwd),
    costWeights: options.costWeights,
    admission: { limit: options.admission, shedAbove: options.shedAbove },
    fileBytesMax: options.fileCache,
    functions: { workers: options.functionWorkers, memBytes: options.functionMem },
    clusterKey: await clusterKey(io, options.keyFile),
  };
}

function policyOf(given: string | undefined, cwd: string): Pick<DaemonOptions, 'policy' | 'policyModule'> {
  if (given === undefined) return {};
  if (isModulePath(given)) return { policy: 'custom', policyModule: resolve(cwd, given) };
  return { policy: given as BuiltInPolicy };
}

/** A file that is named comes before the environment. */
async function clusterKey(io: Io, file: string | undefined): Promise<string | undefined> {
  const { readClusterKey } = await import('../../node/io/cluster-key.js');
  const key = await readClusterKey(
    file === undefined ? { text: io.env['COVEY_CLUSTER_KEY'] } : { file: resolve(io.cwd, file) },
  );
  return key && Buffer.from(key).toString('hex');
}

function announce({ out }: Context, ready: Daemon['ready']): void {
  const { node, listen, socket, http } = ready;
  if (out.json) return out.object({ event: 'ready', node, listen, socket, http });
  if (out.quiet) return out.line(node);
  out.line(`covey ${VERSION}, node ${node}`);
  for (const address of listen) out.line(`listens on  ${address}`);
  out.line(`socket      ${socket}`);
  if (http !== null) out.line(`HTTP        ${http}`);
}

/** Signals, the end of the command itself, and that of a parent which holds standard input: the node leaves. */
function endWith({ io, life, out }: Context, daemon: Daemon, options: UpOptions): void {
  let leaving: Promise<void> | undefined;
  let stopped = false;
  const leave = () => {
    leaving ??= daemon.leave().catch((error: unknown) => {
      out.error(asCoveyError(error));
      void life.quit(EXIT.failed);
    });
    return leaving;
  };
  const markStopped = () => (stopped = true);
  daemon.stopped.then(markStopped, markStopped);
  life.atEnd(() => (stopped ? undefined : leave()));
  life.onSignal((signal) => {
    if (leaving !== undefined) process.exit(signalExit(signal));
    out.note(`${signal}: leaving, work is handed over first (again to stop at once)`);
    void leave();
  });
  if (options.exitWithParent === true) {
    const end = () => {
      setTimeout(() => process.exit(EXIT.failed), ORPHAN_MS);
      void life.quit(EXIT.ok);
    };
    io.stdin.once('end', end).once('error', end).resume();
  }
}

/** The same command once more, as a process that outlives this one. */
async function detach({ out, life }: Context, data: string, options: UpOptions): Promise<number> {
  const starting = startNode({ data, args: upArguments(options), bound: false });
  let serves = false;
  life.atEnd(() => (serves ? undefined : starting.then((node) => node.end())));
  const { ready, pid } = await starting;
  serves = true;
  const log = logFile(data);
  if (out.json) out.object({ ...ready, pid, log });
  else if (out.quiet) out.line(ready.node);
  else {
    out.line(`node ${ready.node} runs as process ${pid}`);
    out.line(`socket  ${ready.socket}`);
    out.line(`log     ${log}`);
  }
  return EXIT.ok;
}
