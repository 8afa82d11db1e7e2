#!/bin/bash
# Tests the Rust core: format, lints, unit and integration tests. It is also checked for WebAssembly,
# which shows that it needs neither PHP nor an operating system.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

log=$CACHE/run/logs/core
results=$CACHE/run/results/core
mkdir -p "$(dirname "$log")" "$(dirname "$results")"
checks=0
passed() {
	checks=$((checks + 1))
	echo "$checks 0" >"$results"
}
check() {
	step "$@"
	passed
}

check_xtask() {
	cargo fmt --manifest-path xtask/Cargo.toml --check
	cargo clippy --locked --quiet --manifest-path xtask/Cargo.toml --target-dir "$TARGET" --all-targets -- -D warnings
	cargo test --locked --quiet --manifest-path xtask/Cargo.toml --target-dir "$TARGET"
}

# In parallel, in a target folder of its own: it compiles the standard library, and most lints use one processor.
wasm_log=$CACHE/run/logs/wasm
tests/setup/wasm-check.sh >"$wasm_log" 2>&1 </dev/null &
wasm=$!
trap 'kill "$wasm" 2>/dev/null || true' EXIT

check "format" cargo fmt --all --check
check "format of the fuzz targets" cargo fmt --manifest-path fuzz/Cargo.toml --check
check "lints of the core and the command line" cargo clippy --locked --all-targets --quiet --features cli,redis -- -D warnings
check "lints of the PHP extension" cargo clippy --locked --lib --quiet --features php -- -D warnings
check "lints of the JavaScript binding" cargo clippy --locked --lib --quiet --features wasm -- -D warnings
check "development tasks (cargo xtask)" check_xtask
wait "$wasm" || { cat "$wasm_log" >&2; die "the core does not compile for WebAssembly (see the output above)"; }
trap - EXIT
say "  the core compiles for WebAssembly"
passed

status=0
cargo test --locked --quiet --features cli,redis 2>&1 | tee "$log" || status=$?
# Cargo prints one such line for every test program.
read -r passed failed < <(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
echo "$((checks + passed)) $failed" >"$results"
[ "$passed" -gt 0 ] || die "cargo ran no test"
exit "$status"
