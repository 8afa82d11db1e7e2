#!/bin/bash
# Installs cargo-mutants, which tests/run/mutants.sh runs, into .cache/cargo-tools: this version, its
# dependencies as it locks them. Takes some minutes, once.
set -euo pipefail
. "$(dirname "$0")/common.sh"

version=27.1.0
tools=$CACHE/cargo-tools

install_mutants() {
	CARGO_TARGET_DIR=$CACHE/cargo-tools-build \
		cargo install --locked --quiet --force --root "$tools" "cargo-mutants@$version"
	rm -rf "$CACHE/cargo-tools-build"
}

exec 9>"$CACHE/cargo-tools.lock"
flock 9
[ "$("$tools/bin/cargo-mutants" mutants --version 2>/dev/null)" = "cargo-mutants $version" ] && exit
step "cargo-mutants $version installed" install_mutants
