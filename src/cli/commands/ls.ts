import { Option } from 'commander';
import type { Completeness, JobAnswer } from '../../client/index.js';
import { TASK_STATES, type TaskState } from '../../kernel/states.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { age, formatCounts, missingLine, paint } from '../format.js';
import { option, wholeNumber } from '../options.js';
import { everyJob } from '../select.js';
import { table } from '../table.js';

interface LsOptions {
  readonly limit?: number;
  readonly all?: boolean;
  readonly state?: TaskState;
}

const LIMIT = 50;

const command: CliCommand<LsOptions> = {
  define(command) {
    option(command, '-n, --limit <n>', `at most so many (default ${LIMIT})`, wholeNumber(1, 1_000_000));
    command
      .option('-a, --all', 'every job')
      .addOption(new Option('--state <state>', 'only those in this state').choices(TASK_STATES));
    examples(
      command,
      ['covey ls', 'the newest 50 jobs'],
      ['covey ls --state running', 'what runs now'],
      ['covey ls --all --json', 'every job, an object a line'],
      ['covey ls -q --state pending | xargs -r covey cancel', 'cancel whatever waits'],
    );
  },

  async run({ out, flock }, _args, { limit = LIMIT, all = false, state }) {
    const jobs: JobAnswer[] = [];
    let more = false;
    let page: Completeness | undefined;
    const onPage = (one: Completeness) => void (page = one);
    for await (const job of everyJob(flock(), { state, pageSize: all ? undefined : limit + 1, onPage })) {
      more = !all && jobs.length === limit;
      if (more) break;
      jobs.push(job);
      if (out.json) out.object(job);
      else if (out.quiet) out.line(job.job);
    }
    if (out.json || out.quiet) return EXIT.ok;
    const now = Date.now();
    const rows = jobs.map((job) => [
      job.job,
      { painted: paint(job.state, out.color) },
      formatCounts(job.counts),
      age(job.submittedAt, now),
      job.name,
    ]);
    if (rows.length > 0) out.line(await table(['JOB', 'STATE', 'TASKS', 'AGE', 'NAME'], rows));
    if (more) out.note(`there are more; --all lists every one`);
    if (page?.partial === true) out.note(missingLine(page, 'jobs'));
    else if (rows.length === 0) out.note('there is no such job');
    return EXIT.ok;
  },
};
export default command;
