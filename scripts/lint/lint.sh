#!/usr/bin/env bash
# Workflows, the crates' licences and sources, and what nothing uses. Needs no network but for installing the
# tools and the crates; advisories.sh does.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=$(bash scripts/lint/tools.sh)
PATH=$bin:$PATH

actionlint
zizmor --offline --quiet .github
# Crates of every platform, not only of this one.
cargo fetch --quiet --locked --manifest-path native/Cargo.toml
cargo-deny --manifest-path native/Cargo.toml --config native/deny.toml --offline check licenses bans sources
cargo-shear --locked --deny-warnings native
cargo-shear --locked --deny-warnings native/fuzz
knip
