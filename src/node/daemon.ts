import './io/heap.js';
import './io/shim.js';
import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { Logger } from 'pino';
import xxhash from 'xxhash-wasm';
import { createApi, parseHttp, type Api } from '../api/server.js';
import { Containers } from '../executor/io/containers.js';
import { createTaskRunner } from '../executor/io/task-runner.js';
import { nextTime } from '../cron.js';
import type { Runner, RunnerEvents } from '../executor/runner.js';
import { CoveyError } from '../kernel/errors.js';
import type { CostWeights } from '../kernel/cost-weights.js';
import type { PolicyName } from '../kernel/policies.js';
import { Prng } from '../kernel/prng.js';
import type { NodeId } from '../kernel/ids.js';
import { isLive, type MemberState } from '../membership/member.js';
import { LOST_AFTER_MS } from '../tasks/replication/degraded.js';
import { COVEY_SCRIPT, FUNCTION_WORKER, VERSION } from '../install.js';
import type { AdmissionConfig } from './core/gateway/admission/admission.js';
import { NodeCore } from './core/node-core.js';
import type { Store, Transport } from './core/ports.js';
import { BOOT_KEY, MEMBERS_KEY, readStored } from './core/stored.js';
import { WIRE_SCHEMAS, type Message } from './core/wire.js';
import { Driver, Inbox } from './driver.js';
import { parseMultiaddr, toMultiaddr } from './io/addresses.js';
import { readBoots, writeBoots } from './io/boots.js';
import { now } from './io/clock.js';
import { readClusterKey } from './io/cluster-key.js';
import { createCodec } from './io/codec.js';
import { CustomPolicy } from '../custom-policy.js';
import { makeDataDir } from '../data-dir.js';
import { loadIdentity, type Identity } from './io/identity.js';
import { acquireLock } from './io/lock.js';
import { logTo } from './io/log.js';
import { refuseOpenDoors } from './io/open-doors.js';
import { keepBallast, makeRoom } from './io/store/ballast.js';
import { FORMAT_KEY } from './io/store/format.js';
import { openStore, type OpenedStore } from './io/store/open.js';
import { verifyStore } from './io/store/verify.js';
import type { Blobs } from './io/blobs/blobs.js';
import { openBlobs, taskFiles } from './io/blobs/open.js';
import { createTransport, type Streams } from './io/transport.js';
import { findTwin, type TwinSearch } from './io/twin.js';
import { baseEnv, profileOf, type Offered } from './profile.js';

export interface DaemonOptions extends Offered {
  readonly dataDir: string;
  /** HOST:PORT or multiaddrs. */
  readonly listen: readonly string[];
  /** Any of these is enough to join the flock of its node. */
  readonly join: readonly string[];
  /** HOST:PORT for the API on TCP besides the Unix socket. */
  readonly http?: string | undefined;
  /** 64 hexadecimal digits. */
  readonly clusterKey?: string | undefined;
  readonly logLevel: string;
  /** How long, and how many bytes of them, finished jobs are kept. */
  readonly retention?: { readonly keepMs?: number; readonly keepBytes?: number };
  /** How long a majority may be dead before a survivor goes on alone. @default a minute */
  readonly lostAfterMs?: number | undefined;
  /** How nodes are chosen for tasks of jobs submitted here that do not say. @default the bounded ring */
  readonly policy?: PolicyName | undefined;
  /** The module of the policy `custom`: a path. */
  readonly policyModule?: string | undefined;
  /** What the policy `cost` goes by, for jobs that are coordinated here. */
  readonly costWeights?: CostWeights | undefined;
  /** What is taken of clients. @default all that can be placed */
  readonly admission?: AdmissionConfig | undefined;
  /** Workers for functions that are kept ready, and the heap of each. */
  readonly functions?: { readonly workers?: number | undefined; readonly memBytes?: number | undefined };
  /** Bytes of files that are kept for tasks. @default 10 GiB */
  readonly fileBytesMax?: number | undefined;
  /** In place of one that runs commands: for measurements of all the rest. */
  readonly runner?: (events: RunnerEvents) => Runner;
}

/** What a daemon says when it serves. */
export interface Ready {
  readonly node: string;
  readonly listen: string[];
  readonly socket: string;
  readonly http: string | null;
}

export interface Daemon {
  readonly ready: Ready;
  /** Hands back what it holds, tells the flock, and stops. */
  leave(): Promise<void>;
  /** Settles when the daemon has stopped, however it came to that; rejects where it had to. */
  readonly stopped: Promise<void>;
}

/**
 * Starts one node of a flock in this process.
 *
 * @throws CoveyError where an address, key, port or data directory cannot be used
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const listen = options.listen.map(toMultiaddr);
  const seeds = options.join.map((address) => [parseMultiaddr(toMultiaddr(address)).toString()]);
  const clusterKey = await readClusterKey({ text: options.clusterKey });
  refuseOpenDoors(listen, clusterKey);
  // Before anything is made that would stay.
  if (options.http !== undefined) parseHttp(options.http);
  const log = logTo(options.logLevel);
  const custom = await loadPolicy(options.policyModule, log);
  makeDataDir(options.dataDir);
  makeRoom(options.dataDir);
  const lock = acquireLock(options.dataDir);
  const undo: (() => Promise<void> | void)[] = [() => lock.release()];
  try {
    const storeDir = join(options.dataDir, 'store');
    const verdict = verifyStore(storeDir, FORMAT_KEY);
    const inbox = new Inbox((message) => log.warn(message));
    let blobs: Blobs | undefined;
    const containers = new Containers(options.dataDir, (message) => log.warn(message));
    const looking = containers.look(process.env, (message) => log.debug(message));
    const slots = Math.ceil(options.capacity.cpus ?? availableParallelism());
    // First of all, since starting a process costs more the more memory this one has.
    const runner =
      options.runner?.(inbox) ??
      (await createTaskRunner({
        dataDir: options.dataDir,
        slots: Math.min(slots, PREWARMED_MAX),
        script: FUNCTION_WORKER,
        covey: [process.execPath, COVEY_SCRIPT],
        workers: options.functions?.workers,
        limits: options.functions?.memBytes === undefined ? {} : { workerBytesMax: options.functions.memBytes },
        events: inbox,
        files: taskFiles(() => blobs),
        containers,
        log: (message) => log.warn(message),
      }));
    undo.push(() => runner.close());
    const identity = await loadIdentity(options.dataDir);
    const opened = await openStore(storeDir, {
      ...{ version: VERSION, verdict, hasStarted: readBoots(options.dataDir) > 0 },
      warn: (message) => log.error(message),
    });
    undo.push(() => opened.store.close());
    // A write beyond a file-size limit is then an error, as on a full disk, and not the end of the process.
    process.on('SIGXFSZ', ignore);
    undo.push(() => void process.off('SIGXFSZ', ignore));
    undo.push(keepBallast(options.dataDir));
    const codec = createCodec<Message>(WIRE_SCHEMAS);
    if (!identity.isNew) await refuseTwin(identity.id, opened.store, { others: seeds, clusterKey, codec });
    const transport = await createTransport<Message>({
      listen,
      privateKey: identity.privateKey,
      clusterKey,
      codec,
      events: inbox,
      warn: (message, details) => log.warn(details, message),
    });
    undo.push(() => transport.close());
    const hasEngine = await looking;
    const parts = { options, log, custom, inbox, runner, hasEngine, identity, opened, transport, seeds, undo };
    return await assemble({ ...parts, hasBlobs: (made) => (blobs = made) });
  } catch (error) {
    for (const step of undo.reverse()) await step();
    throw error;
  }
}

/**
 * Two processes of one identity would vote twice and end each other. The older one has been answering for longer: the newcomer
 * gives way, before it has shown itself to anybody.
 *
 * @throws CoveyError `held`
 */
async function refuseTwin(
  self: NodeId,
  store: Store,
  search: Pick<TwinSearch, 'others' | 'clusterKey' | 'codec'>,
): Promise<void> {
  const members = (store.get(MEMBERS_KEY) as readonly MemberState[] | undefined) ?? [];
  const own = members.find(({ id }) => id === self)?.profile.addresses ?? [];
  const known = members.filter((member) => member.id !== self && isLive(member));
  const others = [...search.others, ...known.map(({ profile }) => profile.addresses)];
  const place = await findTwin({ ...search, self, own, others });
  if (place === undefined) return;
  throw new CoveyError(
    'held',
    `node ${self} runs already${place === '' ? '' : `, at ${place}`}: this data directory, or its node.key, is a copy`,
    'stop the other first, or start here with an empty data directory, as a node of its own',
  );
}

/** Slot shells made at the start; more are made when needed. */
const PREWARMED_MAX = 16;

interface Parts {
  readonly options: DaemonOptions;
  readonly log: Logger;
  readonly custom: CustomPolicy | undefined;
  readonly inbox: Inbox;
  readonly runner: Runner;
  /** Podman or docker is there. */
  readonly hasEngine: boolean;
  readonly identity: Identity;
  readonly opened: OpenedStore;
  readonly transport: Transport<Message> & Streams;
  /** Told once, before anything runs. */
  readonly hasBlobs: (blobs: Blobs) => void;
  readonly seeds: readonly (readonly string[])[];
  /** How to end what was started, in the order of starting. */
  readonly undo: (() => Promise<void> | void)[];
}

async function assemble(parts: Parts): Promise<Daemon> {
  const { options, log, inbox, runner, identity, opened, transport, seeds, undo } = parts;
  const { store, loss, everBad } = opened;
  const boot = await nextBoot(store, options.dataDir);
  const hasher = await xxhash();
  const socket = resolve(options.dataDir, 'covey.sock');
  const core = new NodeCore({
    self: identity.id,
    boot,
    profile: profileOf(options, transport.addresses(), parts.hasEngine),
    hash: (text) => hasher.h32(text),
    nextTime,
    prng: new Prng(randomInt(2 ** 32 - 1)),
    baseEnv: baseEnv(socket),
    seeds,
    stored: { ...readStored(store), isLost: loss },
    retention: options.retention,
    lostAfterMs: options.lostAfterMs,
    policy: options.policy,
    costWeights: options.costWeights,
    score: parts.custom?.score,
    admission: options.admission,
  });
  const driver = new Driver({
    ...{ core, transport, store, runner, now },
    onFatal: (error) => {
      if (error instanceof CoveyError) log.fatal(`this node cannot go on: ${error.message}`);
      else log.fatal({ err: error }, 'this node cannot go on');
      void stop(error);
    },
  });
  let settle: (error: Error | undefined) => void = () => undefined;
  const stopped = new Promise<void>((resolve, reject) => {
    settle = (error) => (error ? reject(error) : resolve());
  });
  let stopping: Promise<void> | undefined;
  const stop = (error?: Error): Promise<void> => {
    stopping ??= (async () => {
      driver.stop();
      settle(error ?? (await undoAll(undo, log)));
    })();
    return stopping;
  };
  const leave = async () => {
    const records = await driver.leave();
    if (records > 0)
      log.info({ records }, 'left with records that nobody took: a start on this data directory brings them back');
    await stop();
  };
  const { blobs, close } = await openBlobs({ ...options, transport, view: core.view });
  undo.push(close);
  parts.hasBlobs(blobs);
  const api: Api = await createApi({
    ...{ blobs, driver, core, transport, store, loss, everBad, boot, now, dataDir: options.dataDir },
    custom: parts.custom,
    lostAfterMs: options.lostAfterMs ?? LOST_AFTER_MS,
    socket,
    http: options.http,
    leave: () => void leave(),
  });
  undo.push(() => api.close());
  inbox.attach(driver);
  driver.start();
  stopped.catch(() => undefined);
  return { ready: api.ready, leave, stopped };
}

/** Ends what was started, the last first, whatever of it fails. Returns the first failure. */
async function undoAll(undo: readonly (() => Promise<void> | void)[], log: Logger): Promise<Error | undefined> {
  let failure: Error | undefined;
  for (const step of undo.toReversed()) {
    try {
      await step();
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error(String(error));
      log.error({ err: error }, 'something could not be stopped in order');
    }
  }
  return failure;
}

async function loadPolicy(path: string | undefined, log: Logger): Promise<CustomPolicy | undefined> {
  if (path === undefined) return undefined;
  return CustomPolicy.load(path, { warn: (message) => log.warn(message), nowMs: () => now().monoMs });
}

/** A start is numbered durably before anything is done in it: in the file, which a full disk takes, or else in the store. */
async function nextBoot(store: Store, dataDir: string): Promise<number> {
  const boot = Math.max((store.get(BOOT_KEY) as number | undefined) ?? 0, readBoots(dataDir)) + 1;
  const inStore = new Promise<void>((resolve, reject) => {
    store.write([{ key: BOOT_KEY, value: boot }], (error) => (error ? reject(error) : resolve()));
  });
  try {
    writeBoots(dataDir, boot);
    await inStore.catch(() => undefined);
  } catch {
    await inStore;
  }
  return boot;
}

const ignore = () => undefined;
