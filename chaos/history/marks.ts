import type { Mark } from './history.js';

/**
 * What a task runs: `$0` is the folder of the marks, `$1` seconds to sleep, `$2` its exit code. The time comes from
 * /proc/uptime, which needs no process; each line is one write with O_APPEND, so attempts never mix theirs.
 */
export const SCRIPT = `
mark() {
  read -r now _ < /proc/uptime
  echo "$1 $COVEY_TASK $COVEY_EPOCH $COVEY_ATTEMPT $COVEY_NODE $$ $now" >> "$dir/$COVEY_JOB.$COVEY_INDEX"
}
dir=$0
mark start
[ "$1" = 0 ] || sleep "$1"
mark end
exit "$2"`;

const LINE = /^(start|end) (\S+\/\d+) (\d+) (\d+) (\S+) (\d+) (\d+(?:\.\d+)?)$/;

/** The whole lines of a file of marks. */
export function parseMarks(text: string): Mark[] {
  return text.split('\n').flatMap((line) => {
    const [, what, task = '', epoch, attempt, node = '', pid, seconds] = LINE.exec(line) ?? [];
    if (what !== 'start' && what !== 'end') return [];
    const atMs = Math.round(Number(seconds) * 1000);
    return [{ what, task, epoch: Number(epoch), attempt: Number(attempt), node, pid: Number(pid), atMs }];
  });
}
