#!/usr/bin/env bash
# Workflows, the crates' licences and sources, and what nothing uses. No network but for installing the tools.
set -euo pipefail
cd "$(dirname "$0")/../.."

bin=$(bash scripts/lint/tools.sh)
PATH=$bin:$PATH

actionlint
zizmor --offline --quiet .github
# Advisories need the database of rustsec.org, which is fetched: the release does.
cargo-deny --manifest-path native/Cargo.toml --config native/deny.toml --offline check licenses bans sources
cargo-machete native/core native/node native/fuzz
knip
