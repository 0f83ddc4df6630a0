import type { CommandWords, Values } from './words.js';

/** A completion function for bash 3.2 and later, without the package bash-completion. */
export function bashScript(commands: readonly CommandWords[], globals: readonly string[]): string {
  return `_covey() {
  local cur prev word command='' skip='' options='' operands='' i
  local at=$COMP_CWORD
  cur=\${COMP_WORDS[at]}
  # Bash takes --state=x apart at the sign.
  if [ "$cur" = '=' ]; then cur=''; elif [ "$at" -gt 1 ] && [ "\${COMP_WORDS[at-1]}" = '=' ]; then at=$((at - 1)); fi
  prev=\${COMP_WORDS[at-1]}
  COMPREPLY=()
  local place
  place=()
  for ((i = 1; i < at; i++)); do
    word=\${COMP_WORDS[i]}
    if [ "$word" = '--' ]; then return; fi
    if [ -n "$skip" ]; then
      if [ "$word" != '=' ]; then place+=("$skip" "$word") skip=''; fi
      continue
    fi
    case "$word" in
      --addr | --data) skip=$word ;;
      -*) ;;
      *) if [ -z "$command" ]; then command=$word; fi ;;
    esac
  done
  case "$command" in
    '') options='${globals.join(' ')}' operands='${commands.map(({ name }) => name).join(' ')} help' ;;
    help) operands='${commands.map(({ name }) => name).join(' ')}' ;;
${commands.map(commandCase).join('\n')}
  esac
  case "$command $prev" in
${commands.flatMap(valueCases).join('\n')}
    *' --addr' | *' --data') return ;;
    *) case "$cur" in
        -*) operands=$options ;;
        *) case "$operands" in @*) operands=$(covey complete "\${operands#@}" \${place[@]+"\${place[@]}"} 2>/dev/null) ;; esac ;;
      esac ;;
  esac
  COMPREPLY=($(compgen -W "$operands" -- "$cur"))
}
complete -o default -F _covey covey
`;
}

function commandCase({ name, options, operands }: CommandWords): string {
  const flags = options.flatMap(({ short, long }) => (short === undefined ? [long] : [short, long]));
  return `    ${name}) options='${flags.join(' ')}' operands='${listed(operands)}' ;;`;
}

function valueCases({ name, options }: CommandWords): readonly string[] {
  return options.flatMap(({ short, long, values }) => {
    if (values === undefined) return [];
    const flags = [short, long].flatMap((flag) => (flag === undefined ? [] : [`'${name} ${flag}'`])).join(' | ');
    return [values === 'anything' ? `    ${flags}) return ;;` : `    ${flags}) operands='${listed(values)}' ;;`];
  });
}

/** `@jobs` and `@nodes` are asked of the daemon. */
function listed(values: Values): string {
  if (typeof values !== 'string') return values.join(' ');
  return values === 'anything' ? '' : `@${values}`;
}
