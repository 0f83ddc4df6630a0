import { groupBy, type History } from '../history/history.js';
import type { Finding } from './finding.js';

const rule = 'sound-answers';

/** Every submission of the load is well formed, so none is refused for good, unless its key stands for another one. */
export function soundAnswers({ submissions }: History): Finding[] {
  const bodies = groupBy(submissions, ({ key }) => key);
  return submissions.flatMap(({ key, body, answers }) =>
    answers.flatMap((answer) => {
      if (answer.kind === 'refused') {
        return [{ rule, message: `daemon ${answer.through} refused key ${key}: ${answer.why}` }];
      }
      if (answer.kind !== 'conflict' || bodies.get(key)?.some((other) => other.body !== body)) return [];
      return [{ rule, message: `daemon ${answer.through} has another job under key ${key}, and nobody submitted one` }];
    }),
  );
}
