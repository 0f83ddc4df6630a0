import { groupBy, type Answer, type History, type Submission } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'one-job-per-key';

type Accepted = Extract<Answer, { readonly kind: 'accepted' }>;

/**
 * One key is one job: whoever is answered under it is told of the same job with as many tasks as he submitted; of two
 * bodies under one key at most one is accepted; and two keys are never one job.
 */
export function oneJobPerKey({ submissions }: History): Finding[] {
  const findings: Finding[] = [];
  const keyOf = new Map<string, string>();
  for (const [key, all] of groupBy(submissions, (submission) => submission.key)) {
    const taken = all.filter((each) => acceptancesOf(each).length > 0);
    const bodies = new Set(taken.map(({ body }) => body));
    const jobs = [...new Set(taken.flatMap(acceptancesOf).map(({ job }) => job))];
    if (bodies.size > 1)
      findings.push({ rule, message: `key ${key} was accepted with two bodies, as ${jobs.join(', ')}` });
    if (jobs.length > 1) findings.push({ rule, message: `key ${key} became ${jobs.join(' and ')}` });
    for (const submission of taken) {
      const wrong = acceptancesOf(submission).find(({ tasks }) => tasks !== submission.tasks);
      const message = `key ${key} was accepted as ${wrong?.tasks} tasks of ${submission.tasks}`;
      if (wrong) findings.push({ rule, message });
    }
    for (const job of jobs) {
      const other = keyOf.get(job);
      if (other !== undefined) findings.push({ rule, message: `keys ${other} and ${key} are both ${job}` });
      keyOf.set(job, key);
    }
  }
  return findings;
}

function acceptancesOf({ answers }: Submission): Accepted[] {
  return answers.filter((answer) => answer.kind === 'accepted');
}
