#!/usr/bin/env bash
# The addon within Node under valgrind: the smoke suite, with errors counted whose stack leads through the addon.
# bash scripts/sanitize/memcheck.sh       (needs valgrind and what `npm run build` makes; takes some minutes)
set -euo pipefail
cd "$(dirname "$0")/../.."

PATH=$PWD/node_modules/.bin:$PATH
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# V8 moves and patches its own code: --jitless keeps it to memory that valgrind can follow.
said=$(valgrind --tool=memcheck --log-file="$log" --error-limit=no --num-callers=40 --smc-check=all-non-file --max-stackframe=4000000 \
  node --jitless --no-warnings test/smoke/smoke.mjs dist native)
echo "$said"
# A program that valgrind did not follow has no errors either.
grep -q ': native ' <<< "$said"
grep -q 'ERROR SUMMARY' "$log"
# Blocks of errors are parted by lines that hold the process id alone.
if awk -v RS='==[0-9]+== \n' '/wolfsec\./ && /(Invalid (read|write|free)|uninitialised|Mismatched free|overlap)/' "$log" | tee /dev/stderr | grep -q .; then
  echo "memcheck: errors in the addon, above" >&2
  exit 1
fi
echo "memcheck: no errors in the addon"
