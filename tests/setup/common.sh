# Sourced by every script under tests/: where things are, and how they speak.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# Everything downloaded or generated lives here, inside the checkout, and is ignored by git.
CACHE=$ROOT/.cache
TARGET=${CARGO_TARGET_DIR:-$ROOT/target}
# These two are read by the scripts that source this file.
# shellcheck disable=SC2034
EXTENSION=$TARGET/release/libcountersign.so
mkdir -p "$CACHE"

say() { printf '%s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# as_root command...: never asks for a password.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Seconds with a tenth, since a time taken with now_ms.
now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }
since() {
	local t=$(($(now_ms) - $1))
	printf '%d.%d s' $((t / 1000)) $((t % 1000 / 100))
}

# step "what it does" command...: one line when it is done, with its time; all its output if it fails.
step() {
	local what=$1 began log status
	shift
	began=$(now_ms)
	log=$(mktemp)
	# In a subshell and not under 'if', where bash would ignore set -e inside the functions called.
	set +e
	(set -e && "$@") >"$log" 2>&1 </dev/null
	status=$?
	set -e
	[ "$status" = 0 ] || cat "$log" >&2
	rm -f "$log"
	[ "$status" = 0 ] || die "$what: failed after $(since "$began")"
	say "  $what ($(since "$began"))"
}

# wait_until SECONDS "what" command...: polls a real condition, never longer than it must.
wait_until() {
	local limit=$1 what=$2 began
	shift 2
	began=$(now_ms)
	# The command may be a function that uses this shell's variables.
	until "$@" >/dev/null 2>&1; do
		if (($(now_ms) - began > limit * 1000)); then
			printf 'error: waited %s s in vain for %s\n' "$limit" "$what" >&2
			return 1
		fi
		sleep 0.05
	done
}

# A short hash of files' contents, to name what was made from them.
hash_of() { cat "$@" | sha256sum | cut -c1-16; }
