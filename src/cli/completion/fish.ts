import type { CommandWords, OptionWords, Values } from './words.js';

/** Which daemon the command line names: it is asked for the ids, too. */
const PLACE = `function __covey_place
  set -l flag
  for word in (commandline -opc)
    if test -n "$flag"
      printf '%s\\n' $flag $word
      set flag
    else
      switch $word
        case --
          return
        case --addr --data
          set flag $word
        case '--addr=*' '--data=*'
          printf '%s\\n' $word
      end
    end
  end
end
`;

export function fishScript(commands: readonly CommandWords[]): string {
  const lines = commands.flatMap((command) => {
    const { name, says, options, operands } = command;
    const within = `complete -c covey -n '__fish_seen_subcommand_from ${name}'`;
    const own = operands === 'anything' ? [] : [`${within} -f${given(operands)}`];
    const named = `complete -c covey -f -n __fish_use_subcommand -a ${name} -d ${quoted(says)}`;
    return [named, ...own, ...options.map((option) => `${within}${optionOf(option)}`)];
  });
  return `${PLACE}${lines.join('\n')}\n`;
}

function optionOf({ short, long, says, values }: OptionWords): string {
  const flag = short === undefined ? '' : ` -s ${short.slice(1)}`;
  const value = values === undefined ? '' : values === 'anything' ? ' -r' : ` -x${given(values)}`;
  return `${flag} -l ${long.slice(2)}${value} -d ${quoted(says)}`;
}

function given(values: Values): string {
  if (typeof values !== 'string') return values.length === 0 ? '' : ` -a ${quoted(values.join(' '))}`;
  return values === 'anything' ? '' : ` -a '(covey complete ${values} (__covey_place) 2>/dev/null)'`;
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
