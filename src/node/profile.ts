import { availableParallelism, homedir, totalmem } from 'node:os';
import { VERSION } from '../install.js';
import { calibrate } from './io/calibration.js';
import type { Profile } from '../membership/member.js';
import type { DisciplineName } from '../kernel/disciplines.js';
import { CONTAINER } from '../kernel/resources.js';
import { userName } from '../user.js';

/** What a node offers to tasks; what is not said is what the machine has. */
export interface Offered {
  readonly capacity: {
    readonly cpus?: number | undefined;
    readonly memBytes?: number | undefined;
    readonly gpus?: number | undefined;
    readonly custom: Readonly<Record<string, number>>;
  };
  readonly labels: Readonly<Record<string, string>>;
  /** Beside others; what is not said is measured. */
  readonly speed?: number | undefined;
  readonly zone: string;
  readonly discipline?: DisciplineName | undefined;
}

/** Of containers there may be as many as there is room for, unless it is said otherwise. */
const CONTAINERS = 1e6;

/** What others are told of a node. Without podman or docker it has no containers, whatever it is told to offer. */
export function profileOf(options: Offered, addresses: readonly string[], hasEngine: boolean): Profile {
  const { capacity, labels, zone, speed = calibrate(), discipline } = options;
  return {
    addresses: [...addresses].slice(0, 8),
    capacity: {
      cpus: capacity.cpus ?? availableParallelism(),
      memBytes: capacity.memBytes ?? totalmem(),
      gpus: capacity.gpus ?? 0,
      custom: customOf(capacity.custom, hasEngine),
    },
    labels: { ...labels },
    zone,
    speed,
    ...(discipline === undefined ? {} : { discipline }),
    version: VERSION,
  };
}

function customOf(given: Readonly<Record<string, number>>, hasEngine: boolean): Record<string, number> {
  if (hasEngine) return { [CONTAINER]: CONTAINERS, ...given };
  return Object.fromEntries(Object.entries(given).filter(([name]) => name !== CONTAINER));
}

/**
 * What commands get of the daemon, whatever its own environment is.
 *
 * @param socket - where the flock is to be found
 */
export function baseEnv(socket: string): Record<string, string> {
  const passed = ['LANG', 'LC_ALL', 'TZ'].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const path = process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin';
  return { PATH: path, HOME: homedir(), USER: userName(), COVEY_ADDR: socket, ...Object.fromEntries(passed) };
}
