#!/usr/bin/env bash
# The core's own code under Miri, but for what calls C or takes hours there (crypto, corpora).
# bash scripts/sanitize/miri.sh       (needs a nightly toolchain with miri and rust-src)
set -euo pipefail
cd "$(dirname "$0")/../.."

# No isolation: tests read their cases from files.
MIRIFLAGS="-Zmiri-disable-isolation" cargo miri test --manifest-path native/Cargo.toml -p wolfsec-core --locked --lib -- \
  --skip crypto --skip http --skip pattern
