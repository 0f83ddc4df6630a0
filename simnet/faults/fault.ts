import { assertNever } from '../../src/kernel/assert.js';

/** A node's id, or `all`. */
export type Whom = string;

/**
 * What goes wrong, as plain data. Times are virtual milliseconds, rates parts of one (0..1). What names a node that is
 * not there, or a process that is down, comes to nothing.
 */
export type Fault =
  | ProcessFault
  | ClockFault
  | NetworkFault
  | DiskFault
  /** So many new nodes start at once, none of which was there before. */
  | { readonly kind: 'join'; readonly nodes: number }
  /** Hands back what it holds, tells the flock, ends; nobody starts it again before all heals. */
  | { readonly kind: 'leave'; readonly node: Whom }
  /** So many nodes a minute are killed, one here, one there; each starts again after `downMs`. */
  | { readonly kind: 'churn'; readonly perMin: number; readonly forMs: number; readonly downMs: number }
  /** Every node in turn, one each `everyMs`: it is asked to leave, and starts again `downMs` after it has ended. */
  | { readonly kind: 'rolling-restart'; readonly everyMs: number; readonly downMs: number };

export type ProcessFault =
  /** The process is killed, and starts again with what was synced. `isDark`: the power went; peers learn by silence only. */
  | { readonly kind: 'crash'; readonly node: Whom; readonly downMs: number; readonly isDark: boolean }
  /** As `crash`, in the middle of what it does: of a step with several effects only the first come to pass. */
  | { readonly kind: 'crash-midway'; readonly node: Whom; readonly downMs: number }
  /** The whole flock at once, in the dark. */
  | { readonly kind: 'power-loss'; readonly downMs: number }
  /** SIGSTOP, a sleeping laptop: nothing runs; messages and timers wait, then all of it comes at once. */
  | { readonly kind: 'pause'; readonly node: Whom; readonly forMs: number }
  /** Every step takes `factor` times as long as on a healthy machine; what happens meanwhile queues. */
  | { readonly kind: 'slow-cpu'; readonly node: Whom; readonly factor: number; readonly forMs: number }
  /** All that is started there fails at once, as where a program or a mount is missing. */
  | { readonly kind: 'fails-all'; readonly node: Whom; readonly forMs: number };

/** Of the wall clock; the monotonic one goes on. */
export type ClockFault =
  | { readonly kind: 'clock-skew'; readonly node: Whom; readonly byMs: number; readonly forMs: number }
  | { readonly kind: 'clock-jump'; readonly node: Whom; readonly byMs: number };

export type NetworkFault =
  /** Whoever is named on no side makes one more side. There is one `split` or `bridge` at a time: the last. */
  | { readonly kind: 'split'; readonly sides: readonly (readonly string[])[]; readonly forMs: number }
  | {
      readonly kind: 'one-way';
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly forMs: number;
    }
  /** Two sides that hear each other only through a few nodes. */
  | {
      readonly kind: 'bridge';
      readonly left: readonly string[];
      readonly right: readonly string[];
      readonly through: readonly string[];
      readonly forMs: number;
    }
  /** Everything between the two takes so much longer. */
  | { readonly kind: 'clog'; readonly a: string; readonly b: string; readonly extraMs: number; readonly forMs: number }
  | {
      readonly kind: 'loss' | 'packet-loss' | 'duplicate' | 'reorder' | 'corrupt';
      readonly rate: number;
      readonly forMs: number;
    };

export type DiskFault =
  /** Every sync takes so long. */
  | { readonly kind: 'slow-fsync'; readonly node: Whom; readonly writeMs: number; readonly forMs: number }
  /** Writes fail: what is to be written waits, nothing is taken, and a node that died starts when the disk is well. */
  | { readonly kind: 'failing-fsync' | 'disk-full'; readonly node: Whom; readonly forMs: number }
  /** A stored value comes back damaged from the next start on. */
  | { readonly kind: 'bit-flip'; readonly node: Whom }
  /** The disk lied: the batch synced last is gone at the next crash. */
  | { readonly kind: 'torn-tail'; readonly node: Whom };

export type FaultKind = Fault['kind'];
/** Kinds that mixes know. Seeds draw the others by dice of their own: many seeds are kept for what they have found. */
export type MixedKind = Exclude<FaultKind, 'fails-all'>;

export interface TimedFault {
  /** From when the faults are scheduled. */
  readonly atMs: number;
  readonly fault: Fault;
}

/** One short line for a timeline. */
export function labelOf(fault: Fault): string {
  switch (fault.kind) {
    case 'crash':
      return `${fault.node} ${fault.isDark ? 'loses power' : 'is killed'} for ${seconds(fault.downMs)}`;
    case 'crash-midway':
      return `${fault.node} dies midway for ${seconds(fault.downMs)}`;
    case 'power-loss':
      return `no power anywhere for ${seconds(fault.downMs)}`;
    case 'pause':
      return `${fault.node} stands still for ${seconds(fault.forMs)}`;
    case 'slow-cpu':
      return `${fault.node} is ${fault.factor} times slower for ${seconds(fault.forMs)}`;
    case 'fails-all':
      return `${fault.node} fails all tasks for ${seconds(fault.forMs)}`;
    case 'clock-skew':
      return `${fault.node}'s clock is ${seconds(fault.byMs)} off for ${seconds(fault.forMs)}`;
    case 'clock-jump':
      return `${fault.node}'s clock jumps by ${seconds(fault.byMs)}`;
    case 'split':
    case 'one-way':
    case 'bridge':
    case 'clog':
      return cutLabel(fault);
    case 'loss':
    case 'packet-loss':
    case 'duplicate':
    case 'reorder':
    case 'corrupt':
      return `${percent(fault.rate)} ${fault.kind} for ${seconds(fault.forMs)}`;
    case 'slow-fsync':
      return `${fault.node} syncs in ${fault.writeMs} ms for ${seconds(fault.forMs)}`;
    case 'failing-fsync':
    case 'disk-full':
      return `${fault.node}: ${fault.kind} for ${seconds(fault.forMs)}`;
    case 'bit-flip':
    case 'torn-tail':
      return `${fault.node}: ${fault.kind}`;
    case 'join':
      return `${fault.nodes} nodes join`;
    case 'leave':
      return `${fault.node} leaves`;
    case 'churn':
      return `${fault.perMin} crashes a minute for ${seconds(fault.forMs)}`;
    case 'rolling-restart':
      return `all restart, one each ${seconds(fault.everyMs)}`;
    default:
      assertNever(fault);
  }
}

function cutLabel(fault: Extract<NetworkFault, { readonly kind: 'split' | 'one-way' | 'bridge' | 'clog' }>): string {
  const forS = `for ${seconds(fault.forMs)}`;
  switch (fault.kind) {
    case 'split':
      return `${fault.sides.map(named).join(' | ')} apart ${forS}`;
    case 'one-way':
      return `${named(fault.from)} unheard by ${named(fault.to)} ${forS}`;
    case 'bridge':
      return `${named(fault.left)} and ${named(fault.right)} only through ${named(fault.through)} ${forS}`;
    case 'clog':
      return `${fault.a} and ${fault.b} ${fault.extraMs} ms further apart ${forS}`;
    default:
      assertNever(fault);
  }
}

/** A few names, or how many there are. */
function named(ids: readonly string[]): string {
  return ids.length <= 3 ? ids.join(', ') : `${ids.length} nodes`;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}

function percent(rate: number): string {
  return `${Number((100 * rate).toPrecision(3))} %`;
}
