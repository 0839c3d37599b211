#!/usr/bin/env bash
# The core's tests under AddressSanitizer (with LeakSanitizer): C code of AWS-LC and BLAKE3 is called from there.
# bash scripts/sanitize/asan.sh [TEST-FILTER]
set -euo pipefail
cd "$(dirname "$0")/../.."

target=$(rustc -vV | sed -n 's/^host: //p')
# The sanitizer is an unstable flag; its runtime comes with the stable toolchain.
RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=address" CARGO_TARGET_DIR=native/target/asan \
  cargo test --manifest-path native/Cargo.toml -p wolfsec-core --locked --target "$target" --lib --tests -- "$@"
