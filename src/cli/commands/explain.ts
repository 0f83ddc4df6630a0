import { CoveyError, type Explanation, type Flock, type PlacementStep, type TaskView } from '../../client/index.js';
import { isTerminal } from '../../kernel/states.js';
import { formatDuration } from '../../kernel/units.js';
import { candidateTable } from '../candidates.js';
import { examples, type CliCommand } from '../command.js';
import { EXIT } from '../exit.js';
import { clean, paint, shortNode } from '../format.js';
import { chooseOne, nameOf, taskIdOf, tasksOf, type Chosen } from '../select.js';

interface ExplainOptions {
  readonly full?: boolean;
}

const command: CliCommand<ExplainOptions> = {
  define(command) {
    command
      .argument('<id>', 'JOB/3; a JOB alone: its first task that has not ended')
      .option('--full', 'whole node ids');
    examples(
      command,
      ['covey explain last', 'why it waits, or how it came to its node'],
      ['covey explain last/3', 'the same of one task of an array'],
    );
  },

  async run({ flock, out }, [text = ''], { full = false }) {
    const chosen = await chooseOne(flock(), text);
    const id = taskIdOf(chosen) ?? (await taskToExplain(flock(), chosen));
    if (out.quiet) {
      out.line(id);
      return EXIT.ok;
    }
    const found = await flock().explain(id);
    if (out.json) {
      out.object(found);
      return EXIT.ok;
    }
    out.line(`${found.task} is ${paint(found.state, out.color)}: ${clean(found.summary)}`);
    for (const step of found.path) out.line(`  ${stepLine(step, full)}`);
    if (!isTerminal(found.state)) out.line(`  ${filteredLine(found.filtered)}`);
    if (typeof found.learntMs === 'number') out.line(`  ${learntLine(found.learntMs)}`);
    if (found.scored) out.line(`  ${scoredLine(found.scored)}`);
    if (found.candidates.length > 0) out.line(`\n${await candidateTable(found.candidates, full)}`);
    return EXIT.ok;
  },
};
export default command;

async function taskToExplain(flock: Flock, chosen: Chosen): Promise<string> {
  let first: TaskView | undefined;
  for await (const task of tasksOf(flock, chosen)) {
    first ??= task;
    if (!isTerminal(task.state)) return task.id;
  }
  if (first === undefined) throw new CoveyError('not-found', `there is no task ${nameOf(chosen)}`);
  return first.id;
}

/** `of 5 nodes 2 could take it now; 3 not: 2 too little gpus, 1 draining` */
function filteredLine(filtered: Explanation['filtered']): string {
  const all = filtered.reduce((sum, { nodes }) => sum + nodes, 0);
  const able = filtered.find(({ out }) => out === null)?.nodes ?? 0;
  const reasons = filtered.flatMap(({ nodes, out }) => (out === null ? [] : [`${nodes} ${clean(out)}`]));
  const others = reasons.length === 0 ? '' : `; ${all - able} not: ${reasons.join(', ')}`;
  return `of ${all} ${all === 1 ? 'node' : 'nodes'} ${able} could take it now${others}`;
}

/** `scored by least-loaded: tasks for each CPU; of those that take it the least is picked` */
function scoredLine({ policy, what, best, among }: NonNullable<Explanation['scored']>): string {
  return `scored by ${policy}: ${what}; of ${among === 'all' ? 'those' : 'a few drawn'} that take it the ${best} is picked`;
}

function learntLine(learntMs: number): string {
  return `such tasks have taken ${formatDuration(Math.round(learntMs))} at its coordinator of late, at speed 1`;
}

function stepLine({ node, what, load, bound, reason }: PlacementStep, full: boolean): string {
  const measured = load === undefined ? '' : ` at load ${load}${bound === undefined ? '' : ` of ${bound}`}`;
  return `${shortNode(node, full)} ${what}${measured}${reason === undefined ? '' : `: ${clean(reason)}`}`;
}
