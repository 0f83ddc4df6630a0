import { jobOf, type History } from '../history/history.js';

/** Lines of one story. */
const WORDS_MAX = 24;

/** What is known of one task, in the order of time, on one line. */
export function storyOf(history: History, task: string): string {
  const job = jobOf(task);
  const words: { readonly atMs: number; readonly text: string }[] = [];
  const say = (atMs: number, text: string) => words.push({ atMs, text });
  for (const { key, answers } of history.submissions) {
    if (!answers.some((answer) => answer.kind === 'accepted' && answer.job === job)) continue;
    for (const { atMs, kind, through } of answers) say(atMs, `${kind} by ${through} (key ${key})`);
  }
  for (const { job: of, index, askedMs, answeredMs } of history.cancels) {
    if (of !== job || (index !== undefined && `${job}/${index}` !== task)) continue;
    say(askedMs, answeredMs === undefined ? 'cancel asked, never answered' : 'cancel asked');
    if (answeredMs !== undefined) say(answeredMs, 'cancel answered');
  }
  for (const mark of history.marks) {
    if (mark.task !== task) continue;
    say(mark.atMs, `${mark.what} epoch ${mark.epoch} attempt ${mark.attempt} on ${mark.node.slice(-6)}`);
  }
  for (const { task: of, state, epoch, through, answeredMs } of history.reads) {
    if (of === task) say(answeredMs, `${state} (epoch ${epoch}) says ${through}`);
  }
  words.sort((a, b) => a.atMs - b.atMs);
  const from = words[0]?.atMs ?? 0;
  const shown = words.slice(0, WORDS_MAX).map(({ atMs, text }) => `+${((atMs - from) / 1000).toFixed(2)} s ${text}`);
  const rest = words.length > WORDS_MAX ? `; and ${words.length - WORDS_MAX} more` : '';
  return `from ${(from / 1000).toFixed(2)} s: ${shown.join('; ')}${rest}`;
}
