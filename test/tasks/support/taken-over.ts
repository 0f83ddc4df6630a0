import { at } from './brief.js';
import { JOB } from './fixtures.js';
import { Home } from './home.js';

/** Before the restart task 0 ran at x, task 1 was queued at y, task 2 had failed once, task 3 was done. */
export function before(): Home {
  const home = new Home({ x: 1, y: 1, z: 2 });
  home.open(5, { retries: 1 });
  home.pump();
  for (const name of ['x', 'y', 'z']) home.accept(name);
  home.result('z', 2, at(1, 3), 'failed');
  home.result('z', 3, at(1, 4), 'succeeded');
  home.sync();
  return home;
}

export const held = (index: number, epoch: number, state: 'queued' | 'running' = 'running') => {
  return { job: JOB, shard: 0, index, epoch, state };
};
export const tell = (home: Home, name: string, ...attempts: object[]) =>
  home.answer('held.ask', name, { kind: 'held.tell', boot: 1, held: attempts });
