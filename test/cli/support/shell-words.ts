/**
 * The commands of a line as a shell sees them, in their order: enough of its grammar for the examples of the help. Assignments
 * before a command are left out, and so is `xargs` with its options, for which a command gets one argument.
 */
export function commandsIn(line: string): string[][] {
  return piecesOf(line)
    .map(argumentsOf)
    .filter((words) => words.length > 0);
}

/** Parts between what is no word: pipes, redirections, substitutions. */
function piecesOf(line: string): string[][] {
  const pieces: string[][] = [[]];
  for (const [token] of line.matchAll(/'[^']*'|"[^"]*"|[$<]?\(|[)|>]|\$[A-Z_]+|[^\s'"()|>$<]+/g)) {
    if (/^([$<]?\(|[)|>])$/.test(token)) pieces.push([]);
    else pieces.at(-1)?.push(/^['"]/.test(token) ? token.slice(1, -1) : token);
  }
  return pieces;
}

function argumentsOf(words: readonly string[]): string[] {
  const own = words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word)));
  if (words.every((word) => /^[A-Z_]+=/.test(word))) return [];
  return own[0] === 'xargs' ? [...own.slice(own.indexOf('covey')), 'ARGUMENT'] : own;
}
