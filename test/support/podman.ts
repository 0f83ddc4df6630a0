import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Stands for podman: writes its arguments into `log` beside it and runs the command as it is, with the variables given. It answers
 * only while a file `on` is beside it.
 */
const STUB = `#!/bin/sh
here=\${0%/*}
[ -e "$here/on" ] || { echo 'Error: no server' >&2; exit 125; }
echo "$*" >> "$here/log"
[ "$1" = ps ] && { cat "$here/old" 2>&-; exit 0; }
[ "$1" = run ] || exit 0
shift
while :; do
  case $1 in
    --name | --label | --user | -v) shift 2 ;;
    -w) cd "$2" || exit 125; shift 2 ;;
    -e) export "$2"; shift 2 ;;
    -*) shift ;;
    *) break ;;
  esac
done
export IMAGE="$1"
shift
exec "$@"
`;

/** Makes a directory, to be on PATH, with a podman and a docker that answer at once or not yet. */
export function stubEngines(dir: string, isOn: boolean): void {
  mkdirSync(dir, { recursive: true });
  for (const name of ['podman', 'docker']) {
    writeFileSync(join(dir, name), STUB);
    chmodSync(join(dir, name), 0o755);
  }
  if (isOn) writeFileSync(join(dir, 'on'), '');
}
