/**
 * The pipeline of examples/pipeline from TypeScript: counts the identifiers of all JavaScript in node_modules, merges the counts in a
 * tree, and fetches a chart of the commonest.
 *
 *     npx tsx examples/client/pipeline.ts
 */
import { fileURLToPath } from 'node:url';
import { connect } from 'covey/client';

const dir = fileURLToPath(new URL('../pipeline', import.meta.url));
const module = `${dir}/identifiers.mjs`;
const flock = connect();
const after = (...jobs: string[]) => jobs.map((job) => ({ job, on: 'ok' as const }));

try {
  const tokenise = await flock.submit({
    function: { module, export: 'tokenise', args: { root: '../../node_modules', parts: 16 } },
    tasks: { kind: 'range', first: 0, last: 15, step: 1 },
    retries: 1,
  });
  const halves = await Promise.all(
    [
      { from: 0, to: 7 },
      { from: 8, to: 15 },
    ].map((args) => flock.submit({ function: { module, export: 'merge', args }, after: after(tokenise.job) })),
  );
  const merge = await flock.submit({
    function: { module, export: 'merge' },
    after: after(...halves.map(({ job }) => job)),
  });
  const upload = await flock.files.upload(dir);
  const argv = ['node', 'chart.mjs'];
  const chart = await flock.submit({ argv, upload, outputs: ['identifiers.svg'], after: after(merge.job) });
  const { state } = await flock.wait(chart.job);
  const { outputs, reason } = await flock.task(`${chart.job}/0`);
  if (outputs === null) throw new Error(`the chart is ${state}: ${reason ?? ''}`);
  for (const path of await flock.files.fetch(outputs, '.')) console.log(path);
} finally {
  flock.close();
}
