#!/bin/sh
# Runs the example and compares what it printed with the known numbers; prints nothing where they agree but the last line.
set -eu
cd "$(dirname "$0")"
node ../../bin/covey.mjs run --array 1-32 -- \
  python3 -c 'fib = lambda n: n if n < 2 else fib(n - 1) + fib(n - 2); print({}, fib({}))' |
  sort -n | diff - expected.txt
echo 'fibonacci: 32 numbers, all right'
