#!/usr/bin/env bash
# Under Miri: the addon's raw layer, where `unsafe` is, by both models of what may alias, and the core. Left out is what
# calls C (AWS-LC); loops over random cases go round less (`cfg!(miri)`).
# bash scripts/sanitize/miri.sh       (needs a nightly toolchain with miri and rust-src)
set -euo pipefail
cd "$(dirname "$0")/../.."

export RUSTUP_TOOLCHAIN=${RUSTUP_TOOLCHAIN:-nightly}
export MIRIFLAGS=-Zmiri-disable-isolation
miri() {
  cargo miri test --manifest-path native/Cargo.toml --locked "$@"
}

miri -p wolfsec-node --test raw
MIRIFLAGS="$MIRIFLAGS -Zmiri-tree-borrows" miri -p wolfsec-node --test raw
miri -p wolfsec-core --lib -- --skip auth:: --skip hash:: --skip sign::
