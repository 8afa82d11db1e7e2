# Sourced by every script under tests/: paths, and functions for output and waiting.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# All downloaded and generated files are kept here, inside the checkout. Git ignores the folder.
CACHE=$ROOT/.cache
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
# The extension that the tests load. EXTENSION=FILE selects another build, by its absolute path.
# shellcheck disable=SC2034
EXTENSION=${EXTENSION:-$TARGET/release/libcountersign.so}
mkdir -p "$CACHE"

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# as_root command...: runs it as root, and fails instead of asking for a password.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# since TIME: the seconds, with one decimal, since a time taken with now_ms.
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
since() {
	local t=$(($(now_ms) - $1))
	printf '%d.%d s' $((t / 1000)) $((t % 1000 / 100))
}

# step "what it does" command...: prints one line with the time it took, or all output if it fails.
step() {
	local what=$1 began log status
	shift
	began=$(now_ms)
	log=$(mktemp)
	# This must not run under 'if', where bash would ignore set -e inside the functions called.
	set +e
	(set -e && "$@") >"$log" 2>&1 </dev/null
	status=$?
	set -e
	[ "$status" = 0 ] || cat "$log" >&2
	rm -f "$log"
	[ "$status" = 0 ] || die "$what: failed after $(since "$began")"
	say "  $what ($(since "$began"))"
}

# wait_until SECONDS "what" command...: runs the command until it succeeds or the time is over.
wait_until() {
	local limit=$1 what=$2 began
	shift 2
	began=$(now_ms)
	# No subshell: the command may be a function that uses variables of this shell.
	until "$@" >/dev/null 2>&1; do
		if (($(now_ms) - began > limit * 1000)); then
			printf 'error: timed out after %s s: %s\n' "$limit" "$what" >&2
			return 1
		fi
		sleep 0.05
	done
}

# A short hash of the contents of files. It names what was made from them.
hash_of() { cat "$@" | sha256sum | cut -c1-16; }
