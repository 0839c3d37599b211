#!/usr/bin/env bash
# Installs the linters of workflows and crates in a folder of their own; prints where their programs are.
# bash scripts/lint/tools.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

tools=$PWD/node_modules/.cache/wolfsec-tools
wanted=$(cat scripts/lint/tools.txt scripts/lint/tools.sh | sha256sum)
if [ "$(cat "$tools/installed" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$tools"
  python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --require-hashes --only-binary :all: -r scripts/lint/tools.txt >&2
  echo "$wanted" > "$tools/installed"
fi
echo "$tools/bin"
