#!/bin/bash
# Fuzzes the parsers, two at a time, starting from the inputs in fuzz/corpus.
#
#   tests/run/fuzz.sh [SECONDS] [TARGET...]     default: 5 seconds, every target
#
# New inputs are kept in .cache/fuzz for the next run. An input that makes a target fail is written to
# fuzz/artifacts/TARGET. To reproduce the failure, run the program of the target (printed below) with
# that file as its argument.
#
# The programs are built as `cargo fuzz --sanitizer none` builds them, which works with a stable
# compiler: coverage is a pass of LLVM. The parsers contain no unsafe code of this project, so a
# sanitizer would have little to find.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"

seconds=5
if [[ ${1:-} =~ ^[0-9]+$ ]]; then
	seconds=$1
	shift
fi
known=()
for file in "$ROOT"/fuzz/targets/*.rs; do known+=("$(basename "$file" .rs)"); done
targets=("$@")
[ $# -gt 0 ] || targets=("${known[@]}")
for target in "${targets[@]}"; do
	[[ " ${known[*]} " == *" $target "* ]] || die "unknown target '$target' (known: ${known[*]})"
done

host=$(rustc -vV | sed -n 's/^host: //p')
build=$TARGET/fuzz
work=$CACHE/fuzz
logs=$CACHE/run/logs/fuzz
results=$CACHE/run/results/fuzz
mkdir -p "$work" "$logs" "$(dirname "$results")"

# --target keeps these flags away from build scripts and procedural macros.
build_all() {
	RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares" CARGO_TARGET_DIR=$build \
		cargo build --quiet --locked --release --target "$host" --manifest-path "$ROOT/fuzz/Cargo.toml" --bins
}
step "build the fuzz targets" build_all

fuzz() {
	local target=$1 corpus=$ROOT/fuzz/corpus/$1
	mkdir -p "$work/$target" "$corpus" "$ROOT/fuzz/artifacts/$target"
	# exec replaces the subshell, so that its process id is that of the program.
	exec "$build/$host/release/$target" "$work/$target" "$corpus" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
		-rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$ROOT/fuzz/artifacts/$target/" >"$logs/$target" 2>&1
}

# Prints the statistics of one run.
summary() {
	local log=$logs/$1
	printf '  %-14s %9d executions, coverage %5d, %s\n' "$1" \
		"$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")" \
		"$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)" "$2"
}

passed=0
failed=0
declare -A running=()
# Stop the running programs when the run is interrupted.
trap 'for pid in "${!running[@]}"; do kill "$pid" 2>/dev/null || true; done' EXIT
reap() {
	local pid status=0 target
	wait -n -p pid "${!running[@]}" || status=$?
	target=${running[$pid]}
	unset "running[$pid]"
	if [ "$status" = 0 ] && grep -q '^stat::number_of_executed_units: *[1-9]' "$logs/$target"; then
		passed=$((passed + 1))
		summary "$target" "no failure"
	else
		failed=$((failed + 1))
		summary "$target" "FAILED: see $logs/$target" >&2
		tail -n 30 "$logs/$target" >&2
		say "  to reproduce: $build/$host/release/$target fuzz/artifacts/$target/FILE" >&2
	fi
	echo "$passed $failed" >"$results"
}
for target in "${targets[@]}"; do
	[ ${#running[@]} -lt 2 ] || reap
	fuzz "$target" &
	running[$!]=$target
done
while [ ${#running[@]} -gt 0 ]; do reap; done
[ "$failed" = 0 ]
