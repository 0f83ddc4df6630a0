import { compareText } from '../kernel/ids.js';
import { noCounts } from '../kernel/states.js';
import { type Job } from './job.js';
import { infoOf } from './job-record.js';
import type { JobInfo, QueryMessages } from './queries.js';
import type { Places } from './replication/places.js';

/** Jobs that this node can speak of, newest first; other replicas may list the same ones. */
export function pageOf(query: QueryMessages['query.jobs'], open: Iterable<Job>, places: Places): JobInfo[] {
  const { beforeMs = Infinity, beforeJob = '', prefix, state, limit, after: parent } = query;
  const isWanted = ({ job, createdAtMs, state: is, after = [] }: JobInfo) =>
    job.startsWith(prefix) &&
    (createdAtMs < beforeMs || (createdAtMs === beforeMs && job < beforeJob)) &&
    (state === undefined || is === state) &&
    (parent === undefined || after.some((one) => one.job === parent));
  return [...infos(open, places)]
    .filter(isWanted)
    .sort((a, b) => b.createdAtMs - a.createdAtMs || compareText(b.job, a.job))
    .slice(0, limit);
}

function* infos(open: Iterable<Job>, places: Places): Generator<JobInfo> {
  for (const job of open) yield job.info();
  for (const { job, name = '', after } of places.finishedJobs()) {
    if (!job?.finished) continue;
    const info = infoOf(job, name, job.finished.counts, job.finished.atMs);
    yield after ? { ...info, after } : info;
  }
  // Nobody speaks for these at the moment: how far they have come is not known.
  for (const { record, name, after } of places.orphanedJobs()) {
    const info = infoOf(record, name, { ...noCounts(), pending: record.range.count }, undefined);
    yield after ? { ...info, after } : info;
  }
}
