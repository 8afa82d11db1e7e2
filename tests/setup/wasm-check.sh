#!/bin/bash
# Checks the core for wasm32-unknown-unknown, where there is no PHP and no operating system: if the
# core reaches for either, this fails.
#
#   tests/setup/wasm-check.sh [DIR]      (the crate; default: this one)
#
# The standard library is checked along with it (-Zbuild-std), since the machines we know have no
# library for this target; its source must be of the compiler's own version. Debian's rustc-web and
# rust-web-src are that pair. RUSTC_BOOTSTRAP lets a stable compiler do it.
set -euo pipefail
. "$(dirname "$0")/common.sh"

rustc=/usr/bin/rustc
[ -x "$rustc" ] && [ -d "$("$rustc" --print sysroot)/lib/rustlib/src/rust/library" ] ||
	die "no Debian rustc with its sources (tests/setup/install.sh wasm)"
cd "${1:-$ROOT}"
RUSTC=$rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$CACHE/wasm \
	cargo check --quiet --lib --locked --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort
