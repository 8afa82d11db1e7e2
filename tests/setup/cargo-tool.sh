#!/bin/bash
# Installs a development tool written in Rust into .cache/cargo-tools/bin, at the version below and with the
# dependencies that the tool locks. Building one takes some minutes, once.
#
#   tests/setup/cargo-tool.sh cargo-about|cargo-deny|cargo-mutants|mago
set -euo pipefail
. "$(dirname "$0")/common.sh"

tools=$CACHE/cargo-tools
tool=${1:?name of the tool}
features=()
case $tool in
cargo-about) version=0.9.3 features=(--features cli) ;;
cargo-deny) version=0.20.2 ;;
cargo-mutants) version=27.1.0 ;;
mago) version=1.29.0 ;;
*) die "unknown tool '$tool' (cargo-about, cargo-deny, cargo-mutants, mago)" ;;
esac

install_tool() {
	CARGO_TARGET_DIR=$CACHE/cargo-tools-build \
		cargo install --locked --quiet --force --root "$tools" "${features[@]}" "$tool@$version"
	rm -rf "$CACHE/cargo-tools-build"
}

exec 9>"$CACHE/cargo-tools.lock"
flock 9
# Cargo lists in this file the programs that it has installed under the root.
grep -qsF "\"$tool $version (" "$tools/.crates.toml" && [ -x "$tools/bin/$tool" ] && exit
step "$tool $version installed" install_tool
