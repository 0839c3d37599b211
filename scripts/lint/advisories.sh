#!/usr/bin/env bash
# Known weaknesses: crates by the RustSec database, packages by the registry, whose signatures are checked too.
# bash scripts/lint/advisories.sh       (fetches the database; at release and every week)
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=$(bash scripts/lint/tools.sh)
"$bin/cargo-deny" --manifest-path native/Cargo.toml --config native/deny.toml check advisories
npm audit --omit dev
npm audit signatures
