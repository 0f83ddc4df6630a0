const EVERY_MS = 2000;
let shownAt = 0;

/** A line that is written over on a terminal; elsewhere a line every two seconds. */
export function showProgress(what, done, total) {
  const line = `demo: ${what}: ${done} of ${total}`;
  const last = done === total;
  if (process.stdout.isTTY) process.stdout.write(`\r${line}${last ? '\n' : ''}`);
  else if (last || Date.now() - shownAt >= EVERY_MS) {
    shownAt = Date.now();
    console.log(line);
  }
}

/** Columns, the first to the left, the others to the right. */
export function table(head, rows) {
  const lines = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map(
      (line) => `  ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  ')}`,
    )
    .join('\n');
}
