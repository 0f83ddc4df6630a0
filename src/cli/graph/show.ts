import type { Flock, JobView } from '../../client/index.js';
import { clean, formatCounts, missingLine, paint } from '../format.js';
import type { Out } from '../out.js';
import { draw } from './draw.js';
import { FAMILY_MAX, familyOf } from './family.js';

/** Draws the jobs that wait for each other, of which this is one. */
export async function showFamily(out: Out, flock: Flock, start: string): Promise<void> {
  const { jobs, unknown, isCut, ...completeness } = await familyOf(flock, start);
  if (out.json) return out.object({ job: start, jobs, unknown, more: isCut, ...completeness });
  if (out.quiet) {
    for (const { job } of jobs) out.line(job);
    return;
  }
  const byId = new Map(jobs.map((job) => [job.job, job]));
  const vertices = [
    ...unknown.map((id) => ({ id, parents: [] })),
    ...jobs.map(({ job: id, after }) => ({ id, parents: after.map(({ job }) => job) })),
  ];
  for (const { drawing, id } of draw(vertices)) {
    if (id === undefined) out.line(drawing);
    else out.line(`${drawing}  ${textOf(id, byId, out.color)}${id === start && jobs.length > 1 ? '  <' : ''}`);
  }
  if (completeness.partial) out.note(missingLine(completeness, 'jobs'));
  if (isCut) out.note(`these are the first ${FAMILY_MAX}: there are more`);
}

/** `render k3…  pending, if merge fails` */
function textOf(id: string, byId: ReadonlyMap<string, JobView>, color: boolean): string {
  const job = byId.get(id);
  if (!job) return `${id}  not kept any more, or not to be reached`;
  const nameOf = (parent: string) => clean(byId.get(parent)?.name ?? parent);
  const conditions = job.after.flatMap(({ job: parent, on }) =>
    on === 'ok' ? [] : [`${on === 'fail' ? 'if' : 'when'} ${nameOf(parent)} ${on === 'fail' ? 'fails' : 'ends'}`],
  );
  const counts = job.tasks > 1 ? [formatCounts(job.counts)] : [];
  const said = [paint(job.state, color), ...counts, ...conditions].join(', ');
  return `${job.name === '' ? '' : `${clean(job.name)} `}${id}  ${said}`;
}
