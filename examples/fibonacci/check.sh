#!/bin/sh
# Runs the example on a daemon of its own and compares every number with expected.txt.
set -eu
cd "$(dirname "$0")"
COVEY_DATA=$(mktemp -d)
export COVEY_DATA
covey() { node ../../bin/covey.mjs "$@"; }
trap 'covey leave --quiet >/dev/null || true; rm -rf "$COVEY_DATA"' EXIT
trap 'exit 130' INT TERM

covey up --detach --quiet >/dev/null
job=$(covey submit --quiet --array 1-32 -- \
  python3 -c 'fib = lambda n: n if n < 2 else fib(n - 1) + fib(n - 2); print({}, fib({}))')
covey wait --quiet "$job" >/dev/null
covey logs "$job" | diff - expected.txt
echo 'fibonacci: 32 numbers, all right'
