import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeId } from '../src/kernel/ids.js';
import type { Put, Store } from '../src/node/core/ports.js';
import { openLmdb } from '../src/node/io/store/environment.js';
import { openStore } from '../src/node/io/store/open.js';
import type { TaskRecord } from '../src/tasks/record.js';
import { entryKey, type StoredEntry } from '../src/tasks/register/stored.js';
import { median, timed } from './measure.js';
import type { Row } from './row.js';

const OUTCOMES = 50_000;
/** As many as one write of a register holds under load. */
const BATCH = 64;
/** Writes that wait for the disk at one time, as those of many registers do. */
const IN_FLIGHT = 32;
const ROUNDS = 3;
const NODE = nodeId('12D3KooWGzBqWrAXUtwAkAhCpcQyYk1EwEwHqzVvvyLqCZ2ZpXYq');

/** Outcomes through the store alone, beside the same bytes through bare LMDB. */
export async function benchStore(): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), 'covey-bench-'));
  const { store } = await openStore(join(dir, 'ours'), { version: 'bench' });
  const bare = openLmdb(join(dir, 'bare'));
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const batches = Array.from({ length: Math.ceil(OUTCOMES / BATCH) }, (_, i) => batch(round, i));
      const raw = Array.from({ length: batches.length / IN_FLIGHT }, (_, i) => {
        const some = batches.slice(i * IN_FLIGHT, (i + 1) * IN_FLIGHT).flat();
        return some.map(({ key }) => ({ key: Buffer.from(key), value: Buffer.alloc(VALUE_BYTES, 1) }));
      });
      ours.push(await timed(() => writeAll(store, batches)));
      theirs.push(
        await timed(async () => {
          for (const puts of raw) await bare.commit(puts);
        }),
      );
    }
    const rate = (ms: readonly number[]) => Math.round((OUTCOMES / median(ms.slice(1))) * 1000);
    return [
      {
        name: 'task outcomes committed durably, store only',
        figure: rate(ours),
        unit: 'a second',
        target: 50_000,
        better: 'more',
        beside: `bare LMDB ${rate(theirs)}/s; one fsync ${median(fsyncs(dir)).toFixed(2)} ms`,
      },
    ];
  } finally {
    await store.close();
    await bare.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** About what an outcome takes in the store. */
const VALUE_BYTES = 450;

function batch(round: number, number: number): Put[] {
  return Array.from({ length: BATCH }, (_, i) => {
    const index = number * BATCH + i;
    const value: StoredEntry = { version: { generation: 0, n: 1, node: NODE, seq: number }, value: outcome(index) };
    return { key: entryKey(`bench${round}#${number}`, `task/${index}`), value };
  });
}

function outcome(index: number): TaskRecord {
  const nothing = new Uint8Array(0);
  const atMs = 1_790_000_000_000 + index;
  return {
    ...{ index, state: 'succeeded', epoch: 2 ** 20 + index, executor: NODE, attempts: 1, failures: 0, losses: 0 },
    path: [{ node: NODE, what: 'accepted', load: 3, bound: 5.5 }],
    outcome: {
      ...{ how: 'succeeded', exitCode: 0, startedAtMs: atMs, finishedAtMs: atMs + 3 },
      ...{ stdoutTail: nothing, stderrTail: nothing, stdoutBytes: 0, stderrBytes: 0 },
    },
  };
}

function writeAll(store: Store, batches: readonly Put[][]): Promise<void> {
  return new Promise((resolve, reject) => {
    let [next, done] = [0, 0];
    const write = () => {
      const puts = batches[next++];
      if (!puts) return;
      store.write(puts, (error) => {
        if (error) return reject(error);
        if (++done === batches.length) return resolve();
        write();
      });
    };
    for (let i = 0; i < IN_FLIGHT; i++) write();
  });
}

/** @returns milliseconds of each of a hundred */
export function fsyncs(dir: string): number[] {
  const file = openSync(join(dir, 'fsync'), 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 100 }, () => {
    const startedAt = performance.now();
    writeSync(file, page);
    fsyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return times;
}
