#!/bin/bash
# Runs the named stages one after the other and prints a summary. Stops at the first stage that fails.
#
#   tests/run/all.sh [lint|core|fuzz|phpt|fpm|plugin|conformance|clients|browser|packages|clients-all]...
#
# Default: all stages except packages and clients-all.
#
# A stage is the script tests/run/STAGE.sh. This script installs its dependencies and builds the
# extension first. A stage prints what it does and writes two numbers, "PASSED FAILED", to
# .cache/run/results/STAGE.
set -euo pipefail
. "$(dirname "$0")/../setup/common.sh"
cd "$ROOT"

stages=("$@")
[ $# -gt 0 ] || stages=(lint core fuzz phpt fpm plugin conformance clients browser)
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
if wants core; then groups+=(wasm); fi
if wants fuzz; then groups+=(fuzz); fi
if wants core phpt fpm plugin; then groups+=(redis); fi
if wants fpm; then groups+=(fpm); fi
if wants plugin conformance clients clients-all browser; then groups+=(site mariadb); fi
if wants packages; then groups+=(site packages); fi
if wants plugin; then groups+=(phpunit); fi
if wants conformance clients clients-all browser; then groups+=(e2e); fi
if wants browser clients-all; then groups+=(browser); fi
tests/setup/install.sh "${groups[@]}"

# 2. Download everything else in the background while the Rust stages run.
fetching=
if wants plugin conformance clients clients-all browser packages; then
	(
		tests/site/wordpress.sh
		# The oldest WordPress that the plugin supports.
		if wants plugin; then tests/site/wordpress.sh 6.8; fi
		if wants conformance clients clients-all browser; then tests/setup/node.sh e2e; fi
		if wants clients clients-all; then tests/setup/python.sh; fi
	) >"$logs/fetch" 2>&1 </dev/null &
	fetching=$!
fi

# Stop the download when the run is interrupted.
trap '[ -z "$fetching" ] || kill "$fetching" 2>/dev/null || true' EXIT

fetched() {
	[ -n "$fetching" ] || return 0
	local status=0
	wait "$fetching" || status=$?
	fetching=
	cat "$logs/fetch"
	[ "$status" = 0 ] || die "a download failed (see the output above); check the network and run again"
}

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

# 3. Run the stages. All but lint, core and fuzz need the extension.
built=
for stage in "${stages[@]}"; do
	if [[ ! " lint core fuzz " =~ " $stage " ]] && [ -z "$built" ]; then
		header "build"
		cargo build --release --locked --features php
		built=1
	fi
	case $stage in lint | core | fuzz | phpt | fpm) ;; *) fetched ;; esac
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
