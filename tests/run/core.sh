#!/bin/bash
# Tests the Rust core: format, lints, unit and integration tests. That it needs neither PHP nor an operating system is shown by
# the stage wasm, which compiles it without either.
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

check "format" cargo fmt --all --check
check "format of the fuzz targets" cargo fmt --manifest-path fuzz/Cargo.toml --check
check "lints of the core and the command line" cargo clippy --locked --all-targets --quiet --features cli,redis -- -D warnings
check "lints of the PHP extension" cargo clippy --locked --lib --quiet --features php -- -D warnings
check "lints of the JavaScript binding" cargo clippy --locked --lib --quiet --features wasm -- -D warnings
check "development tasks (cargo xtask)" check_xtask

status=0
cargo test --locked --quiet --features cli,redis 2>&1 | tee "$log" || status=$?
# Cargo prints one such line for every test program.
read -r passed failed < <(awk '/^test result:/ { p += $4; f += $6 } END { print p + 0, f + 0 }' "$log")
echo "$((checks + passed)) $failed" >"$results"
[ "$passed" -gt 0 ] || die "cargo ran no test"
exit "$status"
