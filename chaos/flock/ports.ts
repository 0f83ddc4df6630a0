import { createServer } from 'node:net';

/** Below those that systems give to outgoing connections, which could take the port of a daemon that is down. */
const FIRST = 10_240;
const LAST = 30_000;
const TRIES_MAX = 200;

/** Ports of the loopback that are free now; begins at a place that hangs on the process, so that runs do not meet. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  const from = (process.pid * 97) % (LAST - FIRST);
  for (let tries = 0; ports.length < count; tries++) {
    if (tries === TRIES_MAX) throw new Error(`only ${ports.length} of ${count} ports are free`);
    const port = FIRST + ((from + tries) % (LAST - FIRST));
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
