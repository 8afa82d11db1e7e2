#!/bin/bash
# Runs the named stages one after the other and prints a summary. Stops at the first stage that fails.
#
#   tests/run/all.sh [lint|core|fuzz|phpt|fpm|wasm|plugin|conformance|clients|browser|packages|clients-all]...
#
# Default: all stages except packages and clients-all.
#
# A stage is the script tests/run/STAGE.sh. This script installs its dependencies, and downloads and builds in the background what
# later stages need, because no stage uses two processors all the time. A stage prints what it does and writes two numbers, "PASSED FAILED", to
# .cache/run/results/STAGE.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

stages=("$@")
[ $# -gt 0 ] || stages=(lint core fuzz phpt fpm wasm plugin conformance clients browser)
results=$CACHE/run/results
logs=$CACHE/run/logs
mkdir -p "$results" "$logs"
began=$(now_ms)

for stage in "${stages[@]}"; do
	rm -f "$results/$stage"
	[ -x "tests/run/$stage.sh" ] || die "there is no stage '$stage' (tests/run/$stage.sh)"
done

wants() {
	local stage
	for stage in "$@"; do [[ " ${stages[*]} " == *" $stage "* ]] && return 0; done
	return 1
}

# 1. Install the Debian packages, by group.
groups=(build)
if wants lint; then groups+=(lint); fi
if wants wasm; then groups+=(wasm); fi
if wants fuzz; then groups+=(fuzz); fi
if wants core phpt fpm plugin; then groups+=(redis); fi
if wants fpm; then groups+=(fpm); fi
if wants plugin conformance clients clients-all browser; then groups+=(site mariadb); fi
if wants packages; then groups+=(site packages); fi
if wants plugin; then groups+=(phpunit); fi
if wants wasm conformance clients clients-all browser; then groups+=(e2e); fi
if wants wasm browser clients-all; then groups+=(browser); fi
tests/setup/install.sh "${groups[@]}"

# 2. Prepare in the background. Each task has a log, which is shown when its result is needed.
declare -A tasks=()
# Stop what still runs when the run is interrupted, with everything that it started.
trap 'for task in "${!tasks[@]}"; do kill -- "-${tasks[$task]}" 2>/dev/null || true; done' EXIT

# begin TASK: starts the function TASK in a process group of its own.
begin() {
	set -m
	(set +m && "$1") >"$logs/$1" 2>&1 </dev/null &
	tasks[$1]=$!
	set +m
}

# ready TASK: waits for it, and ends the run if it failed. A task that was not started is ready.
ready() {
	[ -n "${tasks[$1]:-}" ] || return 0
	local status=0
	wait "${tasks[$1]}" || status=$?
	unset "tasks[$1]"
	cat "$logs/$1"
	[ "$status" = 0 ] || die "the task '$1' failed (see the output above)"
}

download() {
	if wants plugin conformance clients clients-all browser packages wasm; then tests/site/wordpress.sh; fi
	# The oldest WordPress that the plugin supports.
	if wants plugin; then tests/site/wordpress.sh 6.8; fi
	if wants conformance clients clients-all browser wasm; then tests/setup/node.sh e2e; fi
	if wants wasm; then tests/setup/node.sh wasm types; fi
	if wants clients clients-all; then tests/setup/python.sh; fi
}

# All stages but lint, core and fuzz need the extension.
build() {
	if wants phpt fpm wasm plugin conformance clients clients-all browser packages; then
		step "build the PHP extension" cargo build --release --locked --features php
	fi
}

webassembly() {
	if wants wasm; then packaging/wasm/all.sh; fi
}

for task in download build webassembly; do begin "$task"; done

header() { printf '\n== %s (at %s) ==\n' "$1" "$(since "$began")"; }

summary=()
passed_all=0
failed_all=0
# A stage that writes no result counts as one test.
record() {
	local stage=$1 status=$2 time=$3 passed=0 failed=0
	if [ -s "$results/$stage" ]; then
		read -r passed failed <"$results/$stage"
	elif [ "$status" = 0 ]; then
		passed=1
	fi
	[ "$status" = 0 ] || [ "$failed" != 0 ] || failed=1
	passed_all=$((passed_all + passed))
	failed_all=$((failed_all + failed))
	summary+=("$(printf '%-12s %5d passed %5d failed  %s' "$stage" "$passed" "$failed" "$time")")
}

sum_up() {
	printf '\n== summary (%s) ==\n' "$(since "$began")"
	printf '%s\n' "${summary[@]}"
	printf '\n%d passed, %d failed\n' "$passed_all" "$failed_all"
}

# 3. Run the stages.
for stage in "${stages[@]}"; do
	case $stage in lint | core | fuzz) ;; *) ready build ;; esac
	case $stage in lint | core | fuzz | phpt | fpm) ;; *) ready download ;; esac
	[ "$stage" != wasm ] || ready webassembly
	header "$stage"
	stage_began=$(now_ms)
	status=0
	"tests/run/$stage.sh" </dev/null || status=$?
	record "$stage" "$status" "$(since "$stage_began")"
	if [ "$status" != 0 ]; then
		sum_up
		say "stage $stage failed. To run it again: make test-$stage" >&2
		exit 1
	fi
done
sum_up
[ "$failed_all" = 0 ] && [ "$passed_all" -gt 0 ]
