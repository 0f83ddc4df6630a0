import { compareText } from '../kernel/ids.js';
import { noCounts } from '../kernel/states.js';
import { type Job } from './job.js';
import { infoOf } from './job-record.js';
import type { JobInfo, QueryMessages } from './queries.js';
import type { Places } from './replication/places.js';

/** Jobs that this node can speak of, newest first; other replicas may list the same ones. */
export function pageOf(query: QueryMessages['query.jobs'], open: Iterable<Job>, places: Places): JobInfo[] {
  const { beforeMs = Infinity, beforeJob = '', prefix, state, limit } = query;
  const isWanted = ({ job, createdAtMs, state: is }: JobInfo) =>
    job.startsWith(prefix) &&
    (createdAtMs < beforeMs || (createdAtMs === beforeMs && job < beforeJob)) &&
    (state === undefined || is === state);
  return [...infos(open, places)]
    .filter(isWanted)
    .sort((a, b) => b.createdAtMs - a.createdAtMs || compareText(b.job, a.job))
    .slice(0, limit);
}

function* infos(open: Iterable<Job>, places: Places): Generator<JobInfo> {
  for (const job of open) yield job.info();
  for (const { job, name = '' } of places.finishedJobs()) {
    if (job?.finished) yield infoOf(job, name, job.finished.counts, job.finished.atMs);
  }
  // Nobody speaks for these at the moment: how far they have come is not known.
  for (const { record, name } of places.orphanedJobs()) {
    yield infoOf(record, name, { ...noCounts(), pending: record.range.count }, undefined);
  }
}
