import { readdirSync, readFileSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Now } from '../kernel/time.js';
import { formatDuration } from '../kernel/units.js';
import { CLOCK_OFF_MAX_MS } from '../membership/peer-clocks.js';
import { MESH } from '../node/core/mesh.js';
import type { NodeCore } from '../node/core/node-core.js';
import type { Store, Transport } from '../node/core/ports.js';
import type { Message } from '../node/core/wire.js';
import { majorityOf, REPLICAS_MAX } from '../tasks/register/replica-set.js';
import { VERSION } from '../install.js';
import type { DoctorCheck } from './schema.js';

export interface Patient {
  readonly core: NodeCore;
  readonly transport: Transport<Message>;
  readonly store: Store;
  /** What was stored here was lost before this start. */
  readonly loss: boolean;
  /** How many bad values the store has met since this start; `StoreHealth` counts those only that still stand. */
  readonly everBad: () => number;
  readonly dataDir: string;
  /** The policy `custom`; undefined where this node has none. */
  readonly custom:
    | { readonly path: string; readonly failures: number; readonly failure: string | undefined }
    | undefined;
  readonly now: () => Now;
  /** How long a majority must have been dead until this node goes on alone. */
  readonly lostAfterMs: number;
}

const FREE_BYTES_MIN = 512 * 2 ** 20;
/** Slots, peers and clients take a few each. */
const DESCRIPTORS_MIN = 1_024;
const DESCRIPTORS_FREE_PART = 0.2;
const CLOCK_SLACK_MS = 2_000;

/** Looks at all that only the daemon knows. */
export function examine(patient: Patient): DoctorCheck[] {
  const now = patient.now();
  return [
    ...storeChecks(patient),
    spaceCheck(patient.dataDir),
    clockCheck(patient.dataDir, now.wallMs),
    peerClocksCheck(patient, now),
    descriptorsCheck(),
    listenCheck(patient),
    ...flockChecks(patient),
  ];
}

function storeChecks({ store, loss, everBad, core }: Patient): DoctorCheck[] {
  const { isOk, reason, bad } = store.health();
  const met = everBad();
  const held = core.stats()['held'] ?? 0;
  return [
    check(
      'store',
      isOk,
      `takes writes`,
      `takes no writes: ${reason ?? ''} (${held} wait)`,
      'free space on the disk, or mend it',
    ),
    check(
      'store-values',
      met === 0,
      'no bad value was met',
      `stored values with a wrong checksum met since the start: ${met}, none was used (${bad} still stand)`,
      'look at the disk; this node abstains for what stood there until the other replicas have made it good',
    ),
    check(
      'store-loss',
      !loss,
      'nothing is known to be lost',
      'what was stored here is lost, wholly or in part',
      'the log of the start says why; a store that could not be read is kept beside the new one',
    ),
  ];
}

function spaceCheck(dir: string): DoctorCheck {
  const { bavail, bsize } = statfsSync(dir);
  const free = `${Math.floor((bavail * bsize) / 2 ** 20)} MiB are free in ${dir}`;
  return check(
    'disk-space',
    bavail * bsize >= FREE_BYTES_MIN,
    free,
    free,
    'make room: a full disk refuses submissions, records no outcome, and loses output',
  );
}

/** What was written cannot have been written later than now. */
function clockCheck(dir: string, nowMs: number): DoctorCheck {
  const aheadMs = statSync(join(dir, 'store', 'data.mdb')).mtimeMs - nowMs;
  const what = `the clock stands ${formatDuration(Math.max(0, aheadMs))} before the last write of the store`;
  return check(
    'clock',
    aheadMs <= CLOCK_SLACK_MS,
    'the clock is not behind the store',
    what,
    'set the clock, and keep it by NTP',
  );
}

function peerClocksCheck({ core }: Patient, now: Now): DoctorCheck {
  const aheadMs = core.membership.clocks.aheadMs(now);
  const off = `the clock is ${formatDuration(Math.round(Math.abs(aheadMs)))} ${aheadMs < 0 ? 'behind' : 'ahead of'} the flock's`;
  return check(
    'peer-clocks',
    Math.abs(aheadMs) <= CLOCK_OFF_MAX_MS,
    "the clock agrees with the flock's",
    `${off}, by which this node goes`,
    'set the clock, and keep it by NTP',
  );
}

function descriptorsCheck(): DoctorCheck {
  const max = Number(/^Max open files\s+(\d+)/m.exec(textOf('/proc/self/limits'))?.[1] ?? Infinity);
  const used = listOf('/proc/self/fd').length;
  const isOk = max >= DESCRIPTORS_MIN && max - used >= max * DESCRIPTORS_FREE_PART;
  const what = `${used} of ${max} file descriptors are in use`;
  return check('descriptors', isOk, what, what, 'raise the limit with `ulimit -n` or LimitNOFILE before `covey up`');
}

function listenCheck({ transport }: Patient): DoctorCheck {
  const addresses = transport.addresses();
  return check(
    'ports',
    addresses.length > 0,
    `listens on ${addresses.join(' ')}`,
    'listens on no address',
    'see --listen',
  );
}

function flockChecks(patient: Patient): DoctorCheck[] {
  const { core, transport } = patient;
  const others = [...core.membership.members.values()].filter(({ id }) => id !== transport.id);
  const away = others.filter(({ state }) => state === 'suspect' || state === 'dead');
  const strange = others.filter(({ state, profile }) => state === 'alive' && profile.version !== VERSION);
  const alive = core.membership.counts.alive;
  const { mesh, peers } = transport.stats();
  const wanted = Math.min(MESH.low, alive - 1);
  const thin = Object.entries(mesh).filter(([, n]) => n < wanted);
  const names = (of: typeof others) => of.map(({ id, state }) => `${id.slice(-8)} (${state})`).join(', ');
  return [
    check(
      'joined',
      core.membership.isJoined,
      'this node is in its flock',
      'this node has not found its flock',
      'check --join and the cluster key',
    ),
    check(
      'members',
      away.length === 0,
      `${alive} alive, ${peers} connected`,
      `not reached: ${names(away)}`,
      'see whether they run and can be dialled; one that is gone for good is forgotten a day after its death',
    ),
    check(
      'mesh',
      thin.length === 0,
      `${Object.entries(mesh)
        .map(([topic, n]) => `${topic} ${n}`)
        .join(', ')} gossip peers`,
      `too few gossip peers: ${thin.map(([topic, n]) => `${topic} ${n} of ${wanted}`).join(', ')}`,
      'check that nodes can dial each other; it may mend itself within a minute',
    ),
    check(
      'versions',
      strange.length === 0,
      `all run covey ${VERSION}`,
      `another version than ${VERSION}: ${names(strange)}`,
      'finish the upgrade',
    ),
    breakersCheck(core.stats()['shunned'] ?? 0),
    policyCheck(patient),
    copiesCheck(others.filter(({ state }) => state !== 'left').length + 1),
    majorityCheck(patient, away.length),
  ];
}

/** What those that are away take along: registers with most of their replicas among them wait, or go on alone. */
function majorityCheck({ core, lostAfterMs }: Patient, away: number): DoctorCheck {
  const { alive } = core.membership.counts;
  const members = alive + away;
  const isAny = alive >= majorityOf(Math.min(members, REPLICAS_MAX));
  const what = isAny
    ? `${away} of ${members} members are away: what has most of its replicas among them can record nothing for good`
    : `only ${alive} of ${members} members is alive: no majority is there, so nothing is accepted, nor recorded for good`;
  const alone = core.stats()['degraded'] ?? 0;
  const since = `provisionally (degraded), once they have been dead for ${formatDuration(lostAfterMs)}`;
  const hint = `bring others back, or \`covey abandon\` what waits for those that never come; till then at-most-once work waits, and at-least-once work goes on ${since}: now ${alone} records`;
  const isWhole = isAny && away < majorityOf(REPLICAS_MAX);
  return check('majority', isWhole, 'a majority of the replicas of everything is up', what, hint);
}

/** As this node sees it; each coordinator has its own breakers. */
function breakersCheck(shunned: number): DoctorCheck {
  return check(
    'breakers',
    shunned === 0,
    'no node fails what others do',
    `${shunned} ${shunned === 1 ? 'node fails' : 'nodes fail'} tasks that others do not, and ${shunned === 1 ? 'gets' : 'get'} no work of this node but for trials`,
    'see `covey explain` of a task for which, and `covey logs` of a failed one for why: a full disk, a missing program, a bad mount',
  );
}

/** Whether jobs that name the policy `custom` are placed by it, where this node coordinates them. */
function policyCheck({ core, custom }: Patient): DoctorCheck {
  const unscored = core.stats()['unscored'] ?? 0;
  const instead = 'bounded-ring places such tasks in its place';
  const missing = 'jobs name the policy custom, and this node was given none';
  return check(
    'policy',
    custom ? custom.failure === undefined : unscored === 0,
    custom ? `the policy ${custom.path} answers` : 'no job wants a policy that is not here',
    `${custom ? `the policy ${custom.path} ${custom.failure} (${custom.failures} calls failed)` : missing}: ${instead}`,
    custom ? 'mend it and start this node again' : 'start every node with `covey up --policy ./FILE.mjs`',
  );
}

/** Not wrong, but to be known: what a majority of so few members can mean. */
function copiesCheck(members: number): DoctorCheck {
  const meaning =
    members === 1
      ? 'one member: what is accepted is on one disk'
      : members === 2
        ? 'two members: a minority of two is none, so both must be there'
        : `${members} members`;
  return check('flock-size', true, meaning, meaning, '');
}

function check(name: string, ok: boolean, good: string, bad: string, hint: string): DoctorCheck {
  return ok ? { name, ok, what: good, hint: null } : { name, ok, what: bad, hint };
}

/** Empty where the system has no /proc. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listOf(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
