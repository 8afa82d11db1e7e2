#!/bin/bash
# Compiles the core for wasm32-unknown-unknown, which has neither PHP nor an operating system. This
# fails if the core uses either of them.
#
#   tests/setup/wasm-check.sh [DIR]      DIR is the crate; default: this one
#
# The standard library is compiled too (-Zbuild-std), because Debian has no compiled one for this
# target. Its source must have the version of the compiler, as in Debian's rustc-web and rust-web-src.
# RUSTC_BOOTSTRAP allows this with a stable compiler.
set -euo pipefail
. "$(dirname "$0")/common.sh"

rustc=/usr/bin/rustc
[ -x "$rustc" ] && [ -d "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library" ] ||
	die "Debian's rustc and the source of its standard library are not installed (run tests/setup/install.sh wasm)"
cd "${1:-$ROOT}"
RUSTC=$rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$CACHE/wasm \
	cargo check --quiet --lib --locked --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort
