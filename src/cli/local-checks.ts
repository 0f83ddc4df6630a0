import { existsSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { SOCKET, type DoctorCheck } from '../client/index.js';
import { formatBytes } from './format.js';

const NODE_MIN = [20, 19] as const;
const FREE_BYTES_MIN = 512 * 2 ** 20;

/** What can be said from outside of the node with this socket, whether or not its daemon runs. */
export function checkInstallation(socket: string): DoctorCheck[] {
  const dataDir = directoryOf(socket);
  return [nodeVersion(process.versions.node), ...(dataDir === undefined ? [] : [dataDirectory(dataDir)])];
}

/** What besides can be said of one whose daemon does not answer. */
export function checkStopped(socket: string): DoctorCheck[] {
  const dataDir = directoryOf(socket);
  const isStale = existsSync(socket);
  const found = [
    failed('daemon', `no daemon answers at ${socket}`, 'start one with `covey up`, or name another with --addr'),
    isStale
      ? failed(
          'socket',
          `${socket} is there, and nobody listens`,
          'the daemon ended badly or hangs; `covey up` takes its place',
        )
      : passed('socket', 'no stale socket'),
  ];
  return dataDir !== undefined && existsSync(dataDir) ? [...found, space(dataDir)] : found;
}

/** The data directory of a daemon has its socket; one of another name says nothing of where that is. */
function directoryOf(socket: string): string | undefined {
  return basename(socket) === SOCKET ? dirname(socket) : undefined;
}

function nodeVersion(version: string): DoctorCheck {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNew = major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1]);
  const what = `Node ${version}`;
  return isNew
    ? passed('node-version', what)
    : failed('node-version', what, `install Node ${NODE_MIN.join('.')} or later`);
}

function dataDirectory(dir: string): DoctorCheck {
  if (!existsSync(dir))
    return failed('data-directory', `${dir} is not there`, '`covey up` makes it; or name it with --data');
  const stat = statSync(dir);
  if (!stat.isDirectory()) return failed('data-directory', `${dir} is no directory`, 'name another with --data');
  const mode = stat.mode & 0o777;
  const what = `${dir} has mode 0${mode.toString(8)}`;
  return mode === 0o700
    ? passed('data-directory', what)
    : failed('data-directory', what, `chmod 700 ${dir}: it holds a key`);
}

function space(dir: string): DoctorCheck {
  const { bavail, bsize } = statfsSync(dir);
  const what = `${formatBytes(bavail * bsize)} are free in ${dir}`;
  return bavail * bsize >= FREE_BYTES_MIN ? passed('disk-space', what) : failed('disk-space', what, 'make room');
}

function passed(name: string, what: string): DoctorCheck {
  return { name, ok: true, what, hint: null };
}

function failed(name: string, what: string, hint: string): DoctorCheck {
  return { name, ok: false, what, hint };
}
