import type { CommandWords, OptionWords, Values } from './words.js';

export function zshScript(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name, says }) => `    ${quoted(`${name}:${says}`)}`).join('\n');
  return `#compdef covey
_covey_ids() {
  local -a ids
  ids=(\${(f)"$(covey complete $1 $place 2>/dev/null)"})
  compadd -a ids
}
_covey() {
  local -a commands
  commands=(
${names}
  )
  local -a place
  local i
  for ((i = 2; i < CURRENT; i++)); do
    case $words[i] in
      --) break ;;
      --addr | --data) if ((i + 1 < CURRENT)); then place+=($words[i] $words[i + 1]); fi ;;
      --addr=* | --data=*) place+=($words[i]) ;;
    esac
  done
  i=2
  while ((i < CURRENT)) && [[ $words[i] == -* ]]; do
    case $words[i] in --addr | --data) ((i += 2)) ;; *) ((i++)) ;; esac
  done
  if ((i >= CURRENT)); then
    _describe command commands
    return
  fi
  local command=$words[i]
  words=(covey "\${(@)words[i + 1,-1]}")
  ((CURRENT -= i - 1))
  case $command in
${commands.map(commandCase).join('\n')}
  esac
}
if [ "$funcstack[1]" = _covey ]; then _covey "$@"; else compdef _covey covey; fi
`;
}

function commandCase({ name, options, operands }: CommandWords): string {
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(operands.length === 0 ? [] : [`'*:operand:${action(operands)}'`]),
  ];
  return `    ${name}) _arguments -s ${specs.join(' ')} ;;`;
}

function optionSpecs({ short, long, says, values }: OptionWords): readonly string[] {
  const rest = `[${says.replace(/[[\]:\\]/g, '\\$&')}]${values === undefined ? '' : `:value:${action(values)}`}`;
  return [short, long].flatMap((flag) => (flag === undefined ? [] : [quoted(`*${flag}${rest}`)]));
}

function action(values: Values): string {
  if (typeof values !== 'string') return `(${values.join(' ')})`;
  return values === 'anything' ? '_files' : `_covey_ids ${values}`;
}

function quoted(text: string): string {
  return `'${text.replace(/'/g, `'\\''`)}'`;
}
