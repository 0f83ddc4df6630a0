import { assertNever } from '../../src/kernel/assert.js';
import type { Flock } from '../world/flock.js';
import type { ClockFault, DiskFault, ProcessFault } from './fault.js';
import type { End, Holds } from './holds.js';

export type MachineFault = Exclude<ProcessFault, { readonly kind: 'power-loss' }> | ClockFault | DiskFault;

/** Begins it on one machine; returns what ends it, or undefined where that is nothing, as nothing came of it. */
export function disturbMachine(flock: Flock, holds: Holds, id: string, fault: MachineFault): End | undefined {
  switch (fault.kind) {
    case 'crash':
    case 'crash-midway':
    case 'pause':
      return disturbProcess(flock, id, fault);
    case 'slow-cpu': {
      const machine = flock.machine(id);
      return holds.take(`slowness ${id}`, fault.factor, (factor = 1) => (machine.slowness = factor));
    }
    case 'fails-all': {
      const machine = flock.machine(id);
      return holds.take(`failing ${id}`, true, (failsAll = false) => (machine.failsAll = failsAll));
    }
    case 'clock-skew':
    case 'clock-jump':
      return disturbClock(flock, id, fault);
    case 'slow-fsync':
    case 'failing-fsync':
    case 'disk-full':
    case 'bit-flip':
    case 'torn-tail':
      return disturbDisk(flock, holds, id, fault);
    default:
      assertNever(fault);
  }
}

type OfProcess = Extract<ProcessFault, { readonly kind: 'crash' | 'crash-midway' | 'pause' }>;

function disturbProcess(flock: Flock, id: string, fault: OfProcess): End | undefined {
  const node = flock.node(id);
  if (!node.isUp) return undefined;
  switch (fault.kind) {
    case 'crash':
      node.die(fault.isDark);
      return () => void flock.revive(id);
    case 'crash-midway':
      node.dieMidway();
      return () => {
        node.spare();
        flock.revive(id);
      };
    case 'pause':
      if (node.isPaused) return undefined;
      node.pause();
      return () => node.resume();
    default:
      assertNever(fault);
  }
}

function disturbClock(flock: Flock, id: string, fault: ClockFault): End {
  const machine = flock.machine(id);
  machine.skewMs += fault.byMs;
  return () => {
    if (fault.kind === 'clock-skew') machine.skewMs -= fault.byMs;
  };
}

function disturbDisk(flock: Flock, holds: Holds, id: string, fault: DiskFault): End {
  const disk = flock.disk(id);
  switch (fault.kind) {
    case 'slow-fsync': {
      const { writeMs } = fault;
      const usual = flock.syncTimes;
      const slow = { lowMs: writeMs, highMs: writeMs, slowRate: 0, slowMs: writeMs };
      return holds.take(`sync ${id}`, slow, (times = usual) => (disk.syncTimes = times));
    }
    case 'failing-fsync':
    case 'disk-full':
      return holds.take(`disk ${id}`, fault.kind, (failure) => (disk.failure = failure));
    case 'bit-flip':
      disk.flipBit();
      return () => undefined;
    case 'torn-tail':
      disk.tearTail();
      return () => undefined;
    default:
      assertNever(fault);
  }
}
